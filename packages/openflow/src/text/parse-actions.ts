import { type Nesting, refuseActions } from '../actions/verify.ts';
import type { Action } from '../model/action.ts';
import { Port } from '../model/port.ts';
import { parseError } from '../openflow-error.ts';
import { type ActionParser, ParseState } from './action-parser.ts';
import { keyValues } from './key-value.ts';
import { parseConntrack, parseNat } from './parse-conntrack.ts';
import { parseLearn } from './parse-learn.ts';
import { NICIRA_PARSERS } from './parse-nicira.ts';
import { STANDARD_PARSERS } from './parse-standard.ts';
import { parsePort } from './port-text.ts';

const PARSERS: Readonly<Record<string, ActionParser>> = {
  ...STANDARD_PARSERS,
  ...NICIRA_PARSERS,
  learn: parseLearn,
  nat: (argument) => parseNat(argument),
  ct: (argument, state) => parseConntrack(argument, state, (text, inner) => parseActionList(text, inner, 'ct')),
  clone: (argument, state) => ({ type: 'clone', actions: parseActionList(argument, state, 'clone') }),
  write_actions: (argument, state) => ({ type: 'write_actions', actions: parseActionList(argument, state, 'none') }),
};

function parseAction(key: string, value: string, state: ParseState): Action | undefined {
  const name = key.toLowerCase();
  const parser = Object.hasOwn(PARSERS, name) ? PARSERS[name] : undefined;
  if (parser !== undefined) return parser(value, state);
  if (name === 'drop') return undefined;
  if (name === 'apply_actions') throw parseError('apply_actions is the default instruction');
  const port = parsePort(key);
  if (port === undefined) throw parseError(`unknown action ${key}`);
  return { type: 'output', port, max_len: port === Port.CONTROLLER ? 0 : 0 };
}

/** Parses a list of actions as ovs-ofctl does; `nesting` says what they stand in. */
export function parseActionList(text: string, state: ParseState, nesting: Nesting): readonly Action[] {
  const actions: Action[] = [];
  let drop = false;
  for (const { key, value } of keyValues(text)) {
    const action = parseAction(key, value, state);
    if (action === undefined) drop = true;
    else actions.push(action);
  }
  if (drop && actions.length > 0) {
    throw parseError('"drop" must not be accompanied by any other action or instruction');
  }
  const refusal = refuseActions(actions, nesting);
  if (refusal !== undefined) throw parseError(refusal.message);
  return actions;
}

/**
 * Parses what stands behind `actions=` in a flow: actions, and instructions such as `goto_table`. Throws a `parse` error with
 * ovs-ofctl's words.
 */
export function parseActions(text: string): readonly Action[] {
  return parseActionList(text, new ParseState(), 'instructions');
}
