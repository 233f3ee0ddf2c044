import {
  type Atom,
  applyDifference,
  type ColumnType,
  type Condition,
  type ConditionFunction,
  compareAtoms,
  defaultValue,
  difference,
  formatCondition,
  formatMutation,
  isOvsdbError,
  type Json,
  type Mutator,
  meets,
  mutated,
  parseColumnType,
  parseJson,
  parseSchema,
  parseValue,
  type TableSchema,
  type Value,
  violation,
} from '@ovnkube/ovsdb';
import { canonicalBase, canonicalSchema, canonicalType } from './ovsdb-canonical.ts';
import { asArray, asObject, canonical, canonicalValue, sortedParts, text } from './ovsdb-json.ts';
import { runReconnect } from './ovsdb-reconnect.ts';
import type { Outcome, Suites, Vector } from './vector.ts';

type Command = (args: readonly string[]) => string;

/** Error texts as OVS's own test program prints them. */
export function printed(error: unknown): string {
  if (!isOvsdbError(error)) throw error;
  const { tag, syntax } = error.details;
  const kind = tag === undefined ? '' : `${tag}: `;
  return `${syntax === undefined ? '' : `syntax "${syntax}": `}${kind}${error.message}`;
}

/** The command's output, or its error where it is not told by line. */
const lineByLine = (lines: readonly string[], run: (line: string) => string): string =>
  lines
    .map((line) => {
      try {
        return run(line);
      } catch (error) {
        return printed(error);
      }
    })
    .join('\n');

const typeOf = (json: string | undefined): ColumnType => {
  const parsed = parseJson(json ?? 'null');
  const [first] = Array.isArray(parsed) ? parsed : [parsed];
  return parseColumnType(first ?? null);
};

/** Base types come bare or in an array of one, because OVS's JSON parser wants an object or an array at the top. */
const single = (json: string | undefined): Json => {
  const parsed = parseJson(json ?? 'null');
  return Array.isArray(parsed) ? (parsed[0] ?? null) : parsed;
};

const atomType = (json: string | undefined): ColumnType => parseColumnType({ key: single(json) });

/** A datum at the top is an array of one where it is an atom. */
const datum = (json: string): Json => {
  const parsed = parseJson(json);
  return Array.isArray(parsed) && parsed.length === 1 ? (parsed[0] ?? null) : parsed;
};

const defaults: Command = () => {
  const atoms = ['integer', 'real', 'boolean', 'string', 'uuid'] as const;
  const lines: string[] = [];
  for (const min of [0, 1] as const)
    for (const key of atoms)
      for (const value of [undefined, ...atoms]) {
        const type: ColumnType = { key: { type: key }, ...(value && { value: { type: value } }), min, max: 1 };
        const ok = violation(type, defaultValue(type)) === undefined;
        lines.push(`key ${key}, value ${value ?? 'void'}, n_min ${min}: ${ok ? 'OK' : 'wrong'}`);
      }
  return lines.join('\n');
};

function checked(type: ColumnType, value: Value): Value {
  const refused = violation(type, value);
  if (refused !== undefined) throw new Error(`constraint violation: ${refused}`);
  return value;
}

const parseAtoms: Command = ([json, ...lines]) => {
  const type = atomType(json);
  return lineByLine(lines, (line) => {
    const value = parseValue(type, datum(line));
    const refused = violation(type, value);
    return refused === undefined ? canonicalValue(type, value) : `constraint violation: ${refused}`;
  });
};

const diffData: Command = ([json, ...lines]) => {
  const type = typeOf(json);
  const out: string[] = [];
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const [old, next] = [lines[i] ?? '', lines[i + 1] ?? ''].map((line) => parseValue(type, datum(line)));
    const found = difference(type, old, next)?.value ?? (type.max === 1 ? next : defaultValue({ ...type, min: 0 }));
    const applied = applyDifference(type, old, found);
    const refused = violation(type, applied);
    if (refused !== undefined) throw new Error('ovsdb error: Datum crated by diff has size error');
    const shown = canonicalValue(type, applied);
    out.push(`diff: ${canonicalValue(type, found)}`, `apply diff: ${shown}`, `apply diff in place: ${shown}`, 'OK');
  }
  return out.join('\n');
};

const table = (json: string | undefined): TableSchema => {
  const schema = parseSchema({ name: 'x', version: '1.0.0', tables: { t: parseJson(json ?? 'null') } });
  const found = schema.tables.get('t');
  if (!found) throw new Error('no table');
  return found;
};

const columnOf = (described: TableSchema, name: string): ColumnType => {
  const column = described.columns.get(name);
  if (!column) throw new Error(`no column ${name}`);
  return column.type;
};

/** Operands may be empty, and with some functions longer than the column's value. */
const operand = (type: ColumnType, json: Json): Value =>
  parseValue(type.max === 1 ? { ...type, min: 0 } : { ...type, min: 0, max: Infinity }, json);

function condition(described: TableSchema, json: Json): Condition {
  if (typeof json === 'boolean') return json;
  const [column, func, value = null] = asArray(json);
  const name = text(column ?? null);
  return [name, text(func ?? null) as ConditionFunction, operand(columnOf(described, name), value)];
}

const parseConditions: Command = ([json, ...lines]) => {
  const described = table(json);
  return lineByLine(lines, (line) =>
    JSON.stringify(asArray(parseJson(line)).map((one) => formatCondition(described, condition(described, one)))),
  );
};

const evaluate =
  (join: 'every' | 'some'): Command =>
  ([json, conditionsJson = '[]', rowsJson = '[]']) => {
    const described = table(json);
    const rows = asArray(parseJson(rowsJson)).map((row) => rowOf(described, row));
    const lines = asArray(parseJson(conditionsJson)).map((list, index) => {
      const conditions = asArray(list).map((one) => condition(described, one));
      const marks = rows.map((row, at) => {
        const met = conditions.length === 0 || conditions[join]((one) => meets(row, one));
        return `${at > 0 && at % 5 === 0 ? ' ' : ''}${met ? 'T' : '-'}`;
      });
      return `condition ${String(index).padStart(2)}: ${marks.join('')}`;
    });
    return lines.join('\n');
  };

function rowOf(described: TableSchema, json: Json): Readonly<Record<string, Value>> {
  const row: Record<string, Value> = {};
  for (const [name, { type }] of described.columns) row[name] = defaultValue(type);
  for (const [name, value] of Object.entries(asObject(json))) row[name] = parseValue(columnOf(described, name), value);
  return row;
}

const mutators: readonly string[] = ['+=', '-=', '*=', '/=', '%=', 'insert', 'delete'] satisfies Mutator[];
const isMutator = (name: string): name is Mutator => mutators.includes(name);

function mutation(described: TableSchema, json: Json): readonly [string, Mutator, Value] {
  const [column, mutator, value = null] = asArray(json);
  const name = text(column ?? null);
  const type = columnOf(described, name);
  const how = text(mutator ?? null);
  if (!isMutator(how)) throw new Error(`no mutator ${how}`);
  if (how !== 'insert' && how !== 'delete')
    return [name, how, parseValue({ key: { type: type.key.type }, min: 1, max: 1 }, value)];
  const keysOnly = how === 'delete' && type.value && asArray(value)[0] !== 'map';
  const argument: ColumnType = {
    key: type.key,
    ...(type.value && !keysOnly && { value: type.value }),
    min: 0,
    max: Infinity,
  };
  return [name, how, parseValue(argument, value)];
}

const parseMutations: Command = ([json, ...lines]) => {
  const described = table(json);
  return lineByLine(lines, (line) => {
    const list = asArray(parseJson(line));
    const mutations = list.length === 3 && typeof list[0] === 'string' ? [list] : list;
    return `[${mutations.map((one) => canonicalMutation(formatMutation(described, mutation(described, one)))).join(',')}]`;
  });
};

const canonicalMutation = (json: Json): string => {
  const [column = null, mutator = null, value = null] = asArray(json);
  return canonical([column, mutator, sortedParts(value)]);
};

const executeMutations: Command = ([json, listsJson = '[]', rowsJson = '[]']) => {
  const described = table(json);
  const rows = asArray(parseJson(rowsJson)).map((row) => rowOf(described, row));
  const blocks = asArray(parseJson(listsJson)).map((list, index) => {
    const lines = rows.map((row, at) => `row ${at}: ${executed(described, row, asArray(list))}`);
    return [`mutation ${String(index).padStart(2)}:`, ...lines, ''].join('\n');
  });
  return blocks.join('\n');
};

function executed(described: TableSchema, row: Readonly<Record<string, Value>>, list: readonly Json[]): string {
  const next: Record<string, Value> = { ...row };
  try {
    for (const one of list) {
      const [column, mutator, argument] = mutation(described, one);
      next[column] = mutated(columnOf(described, column), next[column], mutator, argument);
    }
  } catch (error) {
    return printed(error);
  }
  const show = (values: Readonly<Record<string, Value>>): string => {
    const members = [...described.columns].map(
      ([name, { type }]) => `${JSON.stringify(name)}:${canonicalValue(type, values[name])}`,
    );
    return `{${members.join(',')}}`;
  };
  return show(next) === show(row) ? 'no change' : show(next);
}

/** The commands of OVS's test-ovsdb that say something about a client. */
const commands: Readonly<Record<string, Command>> = {
  'default-atoms': () => ['integer', 'real', 'boolean', 'string', 'uuid'].map((type) => `${type}: OK`).join('\n'),
  'default-data': defaults,
  'parse-atomic-type': ([json]) => canonicalBase(single(json)),
  'parse-base-type': ([json]) => canonicalBase(single(json)),
  'parse-type': ([json]) => canonicalType(single(json)),
  'parse-atoms': parseAtoms,
  'sort-atoms': ([json, values = '[]']) => {
    const type: ColumnType = { ...atomType(json), min: 0, max: Infinity };
    const atoms = asArray(parseJson(values)).flatMap((value) => asAtoms(parseValue(type, value)));
    const sorted = atoms.sort(compareAtoms);
    return `[${sorted.map((atom) => canonicalValue({ ...type, min: 1, max: 1 }, atom)).join(',')}]`;
  },
  'parse-data': ([json, ...lines]) =>
    lines
      .map((line) => canonicalValue(typeOf(json), checked(typeOf(json), parseValue(typeOf(json), datum(line)))))
      .join('\n'),
  'diff-data': diffData,
  'parse-schema': ([json]) => canonicalSchema(parseJson(json ?? 'null')),
  'parse-conditions': parseConditions,
  'evaluate-conditions': evaluate('every'),
  'evaluate-conditions-any': evaluate('some'),
  'parse-mutations': parseMutations,
  'execute-mutations': executeMutations,
};

const asAtoms = (value: Value): readonly Atom[] =>
  Array.isArray(value) ? value : value === undefined || typeof value === 'object' ? [] : [value];

const notApplicable = (detail: string): Outcome => ({ status: 'not applicable', detail });

function runCommand(vector: Vector): Outcome {
  const argv = Array.isArray(vector['argv']) ? vector['argv'].map(String) : [];
  const [name = '', ...args] = argv;
  const command = commands[name];
  if (name.endsWith('-strings'))
    return notApplicable("the text notation of OVS's command-line programs; the protocol has none");
  if (argv.some((arg) => arg.includes('m4_esyscmd'))) return notApplicable('an argument that only a shell could make');
  if (!command) return notApplicable(`the command ${name} says nothing about a client`);
  let found: string;
  try {
    found = command(args);
  } catch (error) {
    found = isOvsdbError(error) ? printed(error) : String(error instanceof Error ? error.message : error);
  }
  const expected = String(vector['expected'] ?? vector['error']).trimEnd();
  if (found.trimEnd() === expected) return { status: 'passed' };
  return { status: 'failed', detail: `expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}` };
}

/** Runners by the vectors' kind. */
export const ovsdbSuites: Suites = {
  'ovsdb-types': runCommand,
  'ovsdb-data': runCommand,
  'ovsdb-schema': runCommand,
  'ovsdb-condition': runCommand,
  'ovsdb-mutation': runCommand,
  reconnect: runReconnect,
  'ovsdb-execution': () => notApplicable('what a server answers to transactions'),
  'ovsdb-monitor-cond': () => notApplicable('what a server reports to a monitor'),
};
