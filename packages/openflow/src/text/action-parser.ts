import type { Action } from '../model/action.ts';
import { ANY_PROTOCOL } from './protocol.ts';

/** What parsing actions tells beside them: the protocols that can carry them. */
export class ParseState {
  /** Bits of {@link Protocol}. */
  protocols = ANY_PROTOCOL;
}

/** Parses an action's argument. */
export type ActionParser = (argument: string, state: ParseState) => Action;
