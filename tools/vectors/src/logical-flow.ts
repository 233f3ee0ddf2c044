import {
  annotate,
  type ExpressionMatch,
  encodeActionList,
  expressionMatches,
  formatSymbol,
  formatToken,
  isLogicalFlowError,
  normalize,
  OVN_26_03,
  parseActions,
  parseExpression,
  printActions,
  printExpression,
  resolveConditions,
  simplify,
  tokens,
} from '@ovnkube/logical-flow';
import { formatActions, formatMatch } from '@ovnkube/openflow';
import { encodeContext, references, symbols, TextAllocator } from './logical-flow-context.ts';
import type { Outcome, Suites, Vector } from './vector.ts';

const context = { symbols, ...references };

/** The result of `run`, or the message of the error that it throws. */
function attempt<Result>(run: () => Result): Result | { readonly error: string } {
  try {
    return run();
  } catch (error) {
    if (!isLogicalFlowError(error)) throw error;
    return { error: error.message };
  }
}

function compare(wanted: unknown, got: unknown): Outcome {
  const [a, b] = [JSON.stringify(wanted), JSON.stringify(got)];
  return a === b ? { status: 'passed' } : { status: 'failed', detail: `wanted ${a}\n   got ${b}` };
}

/** A suite for a function from input to text: a vector expects the text or an error. */
function textSuite(run: (input: string) => string): Suites[string] {
  return (vector) => {
    const { input, expected, error } = fieldsOf(vector);
    return compare(
      error === undefined ? expected : { error },
      attempt(() => run(input)),
    );
  };
}

function fieldsOf(vector: Vector): { readonly input: string; readonly expected: unknown; readonly error: unknown } {
  const input: unknown = Reflect.get(vector, 'input');
  if (typeof input !== 'string') throw new TypeError(`vector ${vector.id} has no input`);
  return { input, expected: Reflect.get(vector, 'expected'), error: Reflect.get(vector, 'error') };
}

function simplified(input: string) {
  const annotated = annotate(parseExpression(input, context), symbols);
  return resolveConditions(simplify(annotated), ({ port }) => references.isChassisResident(port));
}

/** A match as the test program prints it: with clauses counted from 0. */
function printMatch({ match, conjunctions }: ExpressionMatch): string {
  const clauses = conjunctions.map(({ id, clause, n_clauses }) => `conjunction(${id}, ${clause - 1}/${n_clauses})`);
  return formatMatch(match) + (clauses.length === 0 ? '' : `: ${clauses.join(', ')}`);
}

function flowsOf(input: string): string[] {
  return expressionMatches(normalize(simplified(input)), context)
    .matches.map(printMatch)
    .sort();
}

const groups = new TextAllocator();
const meters = new TextAllocator();

function runAction(input: string) {
  const { layout, ...release } = OVN_26_03;
  const tableCounts = { ingress: layout.pipelines.ingress.length, egress: layout.pipelines.egress.length };
  const parsed = parseActions(input, { ...release, symbols, pipeline: 'ingress', table: 10, tableCounts });
  const before = groups.ids.size;
  const encoded = formatActions(encodeActionList(parsed.actions, encodeContext(groups, meters)));
  return {
    formats: printActions(parsed.actions),
    encodes: encoded,
    prereqs: parsed.prerequisites === undefined ? undefined : printExpression(parsed.prerequisites),
    newGroups: [...groups.ids.keys()].slice(before),
  };
}

/** What an action vector expects; ids of groups depend on which vectors ran before, so only their texts are compared. */
function checkAction(vector: Vector): Outcome {
  const { input, expected, error } = fieldsOf(vector);
  const got = attempt(() => runAction(input));
  if (error !== undefined || 'error' in got) return compare({ error }, got);
  const read = (name: string): unknown =>
    typeof expected === 'object' && expected ? Reflect.get(expected, name) : undefined;
  const list: unknown = read('groups');
  const specs = Array.isArray(list) ? list.map((group: unknown) => specOf(group)) : [];
  const encodes = read('encodes');
  const wanted = {
    formats: read('formats') ?? input,
    // The test program prints a learn source that was never given a width; on the wire it is the whole field.
    encodes: typeof encodes === 'string' ? withoutGroupIds(encodes).replaceAll('[0..-1]', '[]') : encodes,
    prereqs: read('prereqs'),
    groups: specs,
  };
  const known = specs.filter((spec) => groups.ids.has(spec));
  return compare(wanted, {
    formats: got.formats,
    encodes: withoutGroupIds(got.encodes),
    prereqs: got.prereqs,
    groups: got.newGroups.length > 0 ? got.newGroups : known,
  });
}

const specOf = (group: unknown): string =>
  typeof group === 'object' && group !== null ? String(Reflect.get(group, 'spec')) : '';
const withoutGroupIds = (text: string): string => text.replace(/group:\d+/g, 'group');

/** Suites for the vectors of OVN's expression and action language. */
export const logicalFlowSuites: Suites = {
  lexer: textSuite((input) => tokens(input).map(formatToken).join(' ')),
  symtab: textSuite((input) => {
    const symbol = symbols.get(input);
    return symbol === undefined ? 'no such symbol' : formatSymbol(symbol);
  }),
  'expr-parse': textSuite((input) => printExpression(parseExpression(input, context))),
  'expr-annotate': textSuite((input) => printExpression(annotate(parseExpression(input, context), symbols))),
  'expr-simplify': textSuite((input) => printExpression(simplified(input))),
  'expr-to-flow': (vector) => {
    const { input, expected, error } = fieldsOf(vector);
    return compare(
      error === undefined ? expected : { error },
      attempt(() => flowsOf(input)),
    );
  },
  'expr-exhaustive': () => ({
    status: 'not applicable',
    detail: 'a property, not a vector: packages/logical-flow/test/exhaustive.test.ts',
  }),
  action: checkAction,
};
