import type { ColumnType } from './column-type.ts';
import { type AtomMap, formatValue, isAtomArray, isAtomMap, isSingle, put, sortedAtoms, violation } from './datum.ts';
import { OvsdbError } from './error.ts';
import type { Json } from './json.ts';
import type { TableSchema } from './schema.ts';
import { columnType } from './table-columns.ts';
import type { Atom, Value } from './value.ts';

/** RFC 7047 §5.1 <mutator>. */
export type Mutator = '+=' | '-=' | '*=' | '/=' | '%=' | 'insert' | 'delete';

/** Column, mutator, argument. `delete` on a map takes a map (exact pairs) or an array (keys). */
export type Mutation = readonly [column: string, mutator: Mutator, value: Value];

/** A mutation's JSON form. Throws {@link OvsdbError} where the mutator or the argument does not fit the column. */
export function formatMutation(table: TableSchema, [column, mutator, value]: Mutation): Json {
  const type = columnType(table, column);
  return [column, mutator, formatValue(argumentType(type, mutator, value, column), value)];
}

/** RFC 7047 §5.1: what an argument may be, by the column's type. */
function argumentType(type: ColumnType, mutator: Mutator, value: Value, column: string): ColumnType {
  const { key } = type;
  if (mutator === 'insert' || mutator === 'delete') {
    const keysOnly = mutator === 'delete' && type.value && !isAtomMap(value);
    return { key, ...(type.value && !keysOnly && { value: type.value }), min: 0, max: Infinity };
  }
  const numeric = key.type === 'integer' || (key.type === 'real' && mutator !== '%=');
  if (numeric && !type.value) return { key: { type: key.type }, min: 1, max: 1 };
  throw new OvsdbError(
    'value',
    `"${mutator}" needs ${mutator === '%=' ? 'an integer' : 'a numeric'} column; ${column} is none`,
    {
      column,
    },
  );
}

/**
 * What a mutation makes of a value, as a server would do it (RFC 7047 §5.1, ovsdb-server's errors). Throws
 * {@link OvsdbError} `value` with the server's error string as `tag`.
 */
export function mutated(type: ColumnType, value: Value, mutator: Mutator, argument: Value): Value {
  const next =
    mutator === 'insert' || mutator === 'delete'
      ? edited(type, value, mutator, argument)
      : computed(type, value, mutator, argument);
  const refused = violation(type, next);
  if (refused !== undefined) throw new OvsdbError('value', refused, { tag: 'constraint violation' });
  return isSingle(type) && isAtomArray(next) ? next[0] : next;
}

const asAtoms = (value: Value): readonly Atom[] =>
  value === undefined ? [] : isAtomArray(value) ? value : isAtomMap(value) ? [] : [value];

function edited(type: ColumnType, value: Value, mutator: 'insert' | 'delete', argument: Value): Value {
  if (type.value) return editedMap(isAtomMap(value) ? value : {}, mutator, argument);
  const held = asAtoms(value);
  const given = new Set(asAtoms(argument));
  const next =
    mutator === 'insert' ? sortedAtoms([...held, ...given]) : Object.freeze(held.filter((atom) => !given.has(atom)));
  if (!isSingle(type) || next.length > 1) return next;
  return next[0];
}

/** Inserting leaves a key that is there as it is. */
function editedMap(value: AtomMap, mutator: 'insert' | 'delete', argument: Value): AtomMap {
  const next: Record<string, Atom> = {};
  const keys = new Set(isAtomMap(argument) ? [] : asAtoms(argument).map(String));
  const deletes = (key: string): boolean =>
    mutator === 'delete' &&
    (isAtomMap(argument) ? Object.hasOwn(argument, key) && argument[key] === value[key] : keys.has(key));
  const from = mutator === 'insert' && isAtomMap(argument) ? [argument, value] : [value];
  for (const map of from) {
    for (const key of Object.keys(map)) {
      const atom = map[key];
      if (atom !== undefined && !deletes(key)) put(next, key, atom);
    }
  }
  return Object.freeze(next);
}

function computed(type: ColumnType, value: Value, mutator: Mutator, argument: Value): Value {
  const operand = typeof argument === 'number' || typeof argument === 'bigint' ? argument : Number.NaN;
  const one = (atom: Atom): Atom => {
    const number = typeof atom === 'number' || typeof atom === 'bigint' ? atom : Number.NaN;
    return type.key.type === 'integer'
      ? integerResult(mutator, BigInt(number), BigInt(operand))
      : realResult(mutator, Number(number), Number(operand));
  };
  if (!isAtomArray(value)) return value === undefined || isAtomMap(value) ? value : one(value);
  const next = sortedAtoms(value.map(one));
  if (next.length === value.length) return next;
  throw new OvsdbError('value', `Result of "${mutator}" operation contains duplicates.`, {
    tag: 'constraint violation',
  });
}

const outOfRange = (mutator: Mutator): OvsdbError =>
  new OvsdbError('value', `Result of "${mutator}" operation is out of range.`, { tag: 'range error' });
const divisionByZero = (): OvsdbError => new OvsdbError('value', 'Division by zero.', { tag: 'domain error' });

function integerResult(mutator: Mutator, a: bigint, b: bigint): Atom {
  if (b === 0n && (mutator === '/=' || mutator === '%=')) throw divisionByZero();
  const result = {
    '+=': () => a + b,
    '-=': () => a - b,
    '*=': () => a * b,
    '/=': () => a / b,
    '%=': () => a % b,
    insert: () => a,
    delete: () => a,
  }[mutator]();
  if (BigInt.asIntN(64, result) !== result) throw outOfRange(mutator);
  const number = Number(result);
  return Number.isSafeInteger(number) ? number : result;
}

function realResult(mutator: Mutator, a: number, b: number): Atom {
  if (b === 0 && mutator === '/=') throw divisionByZero();
  const result = mutator === '+=' ? a + b : mutator === '-=' ? a - b : mutator === '*=' ? a * b : a / b;
  if (!Number.isFinite(result)) throw outOfRange(mutator);
  return result === 0 ? 0 : result;
}
