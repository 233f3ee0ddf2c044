/** Something that keeps a part of the desired rows out of the database. All other rows are written all the same. */
export type Problem =
  /** The row cannot be written: the server, or the schema, refuses it. Tried again when something of it changes, and now and then. */
  | (RowProblem & { readonly kind: 'refused'; readonly reason: string; readonly cause?: unknown })
  /** The row, or a reference in it, needs rows that are neither there nor desired. Written as soon as they are. */
  | (RowProblem & { readonly kind: 'waiting'; readonly for: readonly string[] })
  /** The server's schema is older: a column is left out, or all rows of a table, which it lacks or cannot name. Told once. */
  | { readonly kind: 'missing'; readonly table: string; readonly column?: string; readonly leftOut: 'column' | 'rows' };

interface RowProblem {
  /** `table/name`. */
  readonly key: string;
  /** Which unit desires it and from what, where the reconciler was given the graph. */
  readonly why?: string;
}

/** A problem in one line, for logs. */
export function formatProblem(problem: Problem): string {
  switch (problem.kind) {
    case 'refused':
      return `${problem.key} is refused: ${problem.reason}`;
    case 'waiting':
      return `${problem.key} waits for ${problem.for.join(', ')}`;
    case 'missing':
      return problem.column === undefined
        ? `the database has no table ${problem.table}: its rows are left out`
        : `the database has no column ${problem.table}.${problem.column}: ${problem.leftOut === 'rows' ? 'rows of this table have no names without it and are' : 'it is'} left out`;
  }
}
