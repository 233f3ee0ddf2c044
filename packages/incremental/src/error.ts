/**
 * - `cycle`: a table would depend on itself, directly or through others.
 * - `duplicateKey`: two units, or one unit twice, produced one key of a table without a merge function.
 * - `badOutput`: a unit's output is not a pair of a string key and a row.
 * - `badRow`: an input was set to undefined, which means absence.
 * - `impure`: a unit changed the graph while it ran.
 * - `readOutside`: a reader was used after its unit had returned.
 * - `foreign`: a table or index of another graph.
 * - `duplicateName`: a table's name, or an index's name within its table, is taken.
 * - `unitFailed`: units failed and the graph has no `onUnitError`.
 * - `subscriberFailed`: subscribers threw; all others were told and the commit stands.
 */
export type GraphErrorCode =
  | 'cycle'
  | 'duplicateKey'
  | 'badOutput'
  | 'badRow'
  | 'impure'
  | 'readOutside'
  | 'foreign'
  | 'duplicateName'
  | 'unitFailed'
  | 'subscriberFailed';

/** Everything that this package throws or reports of its own accord. What a unit threw is in `cause`. */
export class GraphError extends Error {
  readonly code: GraphErrorCode;
  /** The names of the tables on the way round, first one again at the end; only with code `cycle`. */
  readonly path: readonly string[];

  constructor(code: GraphErrorCode, message: string, options: { cause?: unknown; path?: readonly string[] } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GraphError';
    this.code = code;
    this.path = options.path ?? [];
  }
}

/** One unit's failure. Its last outputs stay; it runs again when something that it read changes. */
export interface UnitError {
  /** The derived table. */
  readonly table: string;
  /** Key of the unit's source row; of a duplicate key in a union, the name of the member table. */
  readonly unit: string;
  /** What the unit threw, or a GraphError such as `duplicateKey`. */
  readonly cause: unknown;
}
