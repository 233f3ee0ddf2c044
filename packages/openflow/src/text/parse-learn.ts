import { fieldNamed, findField } from '../field/field.ts';
import type { Learn, LearnSpec } from '../model/learn-action.ts';
import type { Subfield } from '../model/match.ts';
import { isOpenFlowError, parseError } from '../openflow-error.ts';
import type { ActionParser } from './action-parser.ts';
import { keyValues } from './key-value.ts';
import { parseExactValue } from './parse-field.ts';
import { hasShortHeader, parseMove } from './parse-nicira.ts';
import { atoi, scanBytes, scanInteger } from './parse-number.ts';
import { parseSubfield } from './parse-subfield.ts';
import { parseTable } from './port-text.ts';

/** Widest immediate value: mf_subvalue, 128 bytes. */
const SUBVALUE_BYTES = 128;

function attempt<T>(parse: () => T): T | string {
  try {
    return parse();
  } catch (error) {
    if (!isOpenFlowError(error, 'parse')) throw error;
    return error.message;
  }
}

function immediateFor(dst: Subfield, value: string, orig: string): bigint {
  const field = fieldNamed(dst.field);
  if (dst.start === 0 && dst.width === field.width) return BigInt(parseExactValue(field, value));
  const number = scanBytes(value, field.bytes);
  if (number === undefined || number.rest !== '') throw parseError(`${orig}: cannot parse integer value`);
  if (number.value >> BigInt(dst.width) !== 0n) {
    const shown = number.value === 0n ? '0' : `0x${number.value.toString(16)}`;
    throw parseError(`${orig}: value ${shown} does not fit into ${dst.width} bits`);
  }
  return number.value;
}

function matchSpec(dst: Subfield, name: string, value: string): LearnSpec {
  const orig = value === '' ? name : `${name}=${value}`;
  if (!hasShortHeader(dst.field)) throw parseError(`${orig}: experimenter OXM field '${name}' not supported`);
  if (value === '') return { kind: 'match', src: dst, dst };
  const src = attempt(() => parseSubfield(value));
  if (typeof src !== 'string') {
    if (src.width === dst.width) return { kind: 'match', src, dst };
    throw parseError(`${orig}: bit widths of ${name} (${src.width}) and ${value} (${dst.width}) differ`);
  }
  const immediate = attempt(() => immediateFor(dst, value, orig));
  if (typeof immediate !== 'string') return { kind: 'match', src: { immediate, width: dst.width }, dst };
  throw parseError(
    `${orig}: ${name} value ${value} cannot be parsed as a subfield (${src}) or an immediate value (${immediate})`,
  );
}

function loadSpec(value: string): LearnSpec {
  const arrow = value.indexOf('->');
  if (arrow < 0) throw parseError(`load: missing \`->' in \`${value}'`);
  if (arrow === 0) throw parseError(`load: missing source before \`->' in \`${value}'`);
  const source = value.slice(0, arrow);
  const field = /^[^[]*/.exec(source)?.[0] ?? '';
  if (!/^\d/.test(source) && (source.includes('[') || findField(field) !== undefined)) {
    const { src, dst } = parseMove(value);
    return { kind: 'load', src, dst };
  }
  const number = scanBytes(source, SUBVALUE_BYTES);
  if (number === undefined && scanInteger(source) === undefined) {
    const { src, dst } = parseMove(value);
    return { kind: 'load', src, dst };
  }
  if (number === undefined) throw parseError(`${value}: too many bits in immediate value`);
  if (number.rest !== '') throw parseError(`load: garbage before \`->' in \`${value}'`);
  const name = value.slice(arrow + 2);
  const dst = parseSubfield(name);
  if (!hasShortHeader(dst.field)) throw parseError(`${value}: experimenter OXM field '${name}' not supported`);
  if (number.value >> BigInt(dst.width) !== 0n) throw parseError(`${value}: value does not fit into ${dst.width} bits`);
  return { kind: 'load', src: { immediate: number.value, width: dst.width }, dst };
}

function parseSpec(name: string, value: string): LearnSpec {
  const dst = attempt(() => parseSubfield(name));
  if (typeof dst !== 'string') return matchSpec(dst, name, value);
  if (name === 'load') return loadSpec(value);
  if (name === 'output') return { kind: 'output', src: parseSubfield(value) };
  throw parseError(`${value === '' ? name : `${name}=${value}`}: unknown keyword ${name}`);
}

const NUMBERS = ['idle_timeout', 'hard_timeout', 'fin_idle_timeout', 'fin_hard_timeout', 'priority'] as const;

function parseOption(learn: Learn, key: string, value: string, orig: string): Learn | undefined {
  const number = NUMBERS.find((name) => name === key);
  if (number !== undefined) return { ...learn, [number]: atoi(value) & 0xffff };
  switch (key) {
    case 'table': {
      const table = parseTable(value);
      if (table === undefined) throw parseError(`unknown table "${value}"`);
      if (table === 255) throw parseError(`${orig}: table id 255 not valid for \`learn' action`);
      return { ...learn, table };
    }
    case 'cookie':
      return { ...learn, cookie: BigInt.asUintN(64, scanInteger(value)?.value ?? 0n) };
    case 'send_flow_rem':
    case 'delete_learned':
      return { ...learn, [key]: true };
    case 'limit':
      return { ...learn, limit: atoi(value) >>> 0 };
    case 'result_dst': {
      const result_dst = parseSubfield(value);
      if (!fieldNamed(result_dst.field).writable) throw parseError(`${value} is read-only`);
      if (result_dst.width !== 1) throw parseError("result_dst in 'learn' action must be a single bit");
      return { ...learn, result_dst };
    }
    default:
      return undefined;
  }
}

/** Parses the argument of `learn`. */
export const parseLearn: ActionParser = (argument) => {
  let learn: Learn = { type: 'learn', table: 1, priority: 32768, specs: [] };
  const specs: LearnSpec[] = [];
  for (const { key, value } of keyValues(argument)) {
    const option = parseOption(learn, key, value, argument);
    if (option === undefined) specs.push(parseSpec(key, value));
    else learn = option;
  }
  return { ...learn, specs };
};
