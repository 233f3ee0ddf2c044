import type { Uuid } from './uuid.ts';
import type { Row } from './value.ts';

/** One row before and after. No `old`: it is new. No `new`: it is gone. */
export interface RowChange {
  readonly old?: Row;
  readonly new?: Row;
}

/** The net changes of one update of the server, or of one resynchronisation. Never empty. */
export interface ChangeBatch {
  readonly tables: ReadonlyMap<string, ReadonlyMap<Uuid, RowChange>>;
  /**
   * `update`: the server reported a commit. `resync`: what differed after a reconnect, a conversion or a new condition.
   * `initial`: all rows there were when the subscription began.
   */
  readonly cause: 'initial' | 'update' | 'resync';
}
