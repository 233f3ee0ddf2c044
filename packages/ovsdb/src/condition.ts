import type { ColumnType } from './column-type.ts';
import { type AtomMap, formatValue, isAtomArray, isAtomMap, isSingle, sameValue } from './datum.ts';
import { OvsdbError } from './error.ts';
import type { Json } from './json.ts';
import type { TableSchema } from './schema.ts';
import { columnType } from './table-columns.ts';
import type { Atom, Row, Value } from './value.ts';

/** RFC 7047 §5.1 <function>. */
export type ConditionFunction = '<' | '<=' | '==' | '!=' | '>=' | '>' | 'includes' | 'excludes';

/** One clause: column, function, value; or a constant, as OVS extends it (ovsdb-server(7) §4.1.12). */
export type Condition = readonly [column: string, func: ConditionFunction, value: Value] | boolean;

/** A clause's JSON form. Throws {@link OvsdbError} where the function or the value does not fit the column. */
export function formatCondition(table: TableSchema, condition: Condition): Json {
  if (typeof condition === 'boolean') return condition;
  const [column, func, value] = condition;
  const type = columnType(table, column);
  return [column, func, formatValue(operandType(type, func, column), value)];
}

/** RFC 7047 §5.1: what may stand on the right of a function, by the column's type. */
function operandType(type: ColumnType, func: ConditionFunction, column: string): ColumnType {
  switch (func) {
    case '==':
    case '!=':
      return type;
    case 'includes':
      return { ...type, min: 0, max: Math.max(type.max, 1) };
    case 'excludes':
      return { ...type, min: 0, max: isSingle(type) ? 1 : Infinity };
    case '<':
    case '<=':
    case '>=':
    case '>': {
      const numeric = type.key.type === 'integer' || type.key.type === 'real';
      if (isSingle(type) && numeric) return { ...type, min: 1 };
      throw new OvsdbError('value', `"${func}" needs an integer or real column; ${column} is none`, { column });
    }
  }
}

/** Does a row meet a clause, as a server would decide (RFC 7047 §5.1)? */
export function meets(row: { readonly [column: string]: Value }, condition: Condition): boolean {
  if (typeof condition === 'boolean') return condition;
  const [column, func, operand] = condition;
  const value = row[column];
  switch (func) {
    case '==':
      return sameContents(value, operand);
    case '!=':
      return !sameContents(value, operand);
    case 'includes':
      return includesAll(value, operand);
    case 'excludes':
      return excludesAll(value, operand);
    case '<':
      return compares(value, operand, (a, b) => a < b);
    case '<=':
      return compares(value, operand, (a, b) => a <= b);
    case '>=':
      return compares(value, operand, (a, b) => a >= b);
    case '>':
      return compares(value, operand, (a, b) => a > b);
  }
}

/** Does a row meet one of the clauses? Conditions of a monitor are joined by "or"; those of an operation by "and". */
export function meetsAny(row: Row, where: readonly Condition[]): boolean {
  return where.some((condition) => meets(row, condition));
}

function compares(value: Value, operand: Value, test: (a: number | bigint, b: number | bigint) => boolean): boolean {
  const number = (side: Value): side is number | bigint => typeof side === 'number' || typeof side === 'bigint';
  return number(value) && number(operand) && test(value, operand);
}

/** An operand may be written as one atom where the column holds a set. */
function sameContents(value: Value, operand: Value): boolean {
  return sameValue(value, operand) || (isAtomArray(value) && !isAtomMap(operand) && sameValue(value, atoms(operand)));
}

function atoms(value: Value): readonly Atom[] {
  if (value === undefined) return [];
  return isAtomArray(value) ? value : isAtomMap(value) ? [] : [value];
}

const sharesPair = (map: AtomMap, pairs: AtomMap, key: string): boolean =>
  Object.hasOwn(map, key) && map[key] === pairs[key];

function includesAll(value: Value, operand: Value): boolean {
  if (isAtomMap(operand))
    return isAtomMap(value) && Object.keys(operand).every((key) => sharesPair(value, operand, key));
  const held = atoms(value);
  return atoms(operand).every((atom) => held.includes(atom));
}

function excludesAll(value: Value, operand: Value): boolean {
  if (isAtomMap(operand))
    return isAtomMap(value) && !Object.keys(operand).some((key) => sharesPair(value, operand, key));
  const held = atoms(value);
  return !atoms(operand).some((atom) => held.includes(atom));
}
