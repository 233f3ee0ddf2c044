import { type ConstantSet, formatConstantSet, type IntegerConstant } from '../constant.ts';
import { parseConstants } from '../expr/parse-constant.ts';
import { type FieldReference, formatField } from '../symbol.ts';
import type { OptionDefinition, OptionTable } from '../tables/options.ts';
import type { ActionParser } from './parser.ts';

/** `name = value` with what the table says about the name. */
export interface ParsedOption extends OptionDefinition {
  readonly name: string;
  readonly value: ConstantSet;
}

const textTypes: ReadonlySet<string> = new Set(['str', 'domains', 'domain']);

/** Parses `name = constant` or `name = {constant, …}`. */
export function parseOption(parser: ActionParser, table: OptionTable, kind: string): ParsedOption {
  const { lexer } = parser;
  const { token } = lexer;
  if (token.kind !== 'id') return lexer.syntaxError();
  const name = token.text;
  const definition = table.get(name);
  if (definition === undefined) return lexer.syntaxError(`expecting ${kind} option name`);
  lexer.next();
  lexer.force('=');
  const { type, values, inCurlies } = parseConstants({ lexer, datapathKey: 0, count: () => {} });
  const value: ConstantSet = { type, values: values.map(({ constant }) => constant), inCurlies };
  if (definition.type !== 'host_id') {
    const wanted = textTypes.has(definition.type) ? 'string' : 'integer';
    if (type !== wanted) {
      lexer.error(`${kind} option ${name} requires ${wanted === 'string' ? 'string' : 'numeric'} value.`);
    }
  }
  return { name, ...definition, value };
}

/** Parses options up to the closing parenthesis. */
export function parseOptions(parser: ActionParser, table: OptionTable, kind: string): ParsedOption[] {
  const options: ParsedOption[] = [];
  while (!parser.lexer.match(')')) {
    options.push(parseOption(parser, table, kind));
    parser.lexer.match(',');
  }
  return options;
}

/** An action that stores whether it could answer. */
export interface PutOptions {
  readonly destination: FieldReference;
  readonly options: readonly ParsedOption[];
}

/** Parses `keyword(options)` behind `destination =`. */
export function parsePutOptions(
  parser: ActionParser,
  destination: FieldReference,
  table: OptionTable,
  kind: string,
): PutOptions {
  parser.lexer.next();
  parser.lexer.next();
  parser.check(destination, 1, true);
  return { destination, options: parseOptions(parser, table, kind) };
}

/** `name = value, …` */
export function printOptions(options: readonly ParsedOption[]): string {
  return options.map(({ name, value }) => `${name} = ${formatConstantSet(value)}`).join(', ');
}

/** `destination = keyword(name = value, …);` */
export function printPutOptions(keyword: string, { destination, options }: PutOptions): string {
  return `${formatField(destination)} = ${keyword}(${printOptions(options)});`;
}

/** The integers of an option's value. */
export function integers({ value }: ParsedOption): readonly IntegerConstant[] {
  return value.values.filter((constant): constant is IntegerConstant => constant.kind === 'integer');
}

/** The first integer of an option's value; 0 if there is none. */
export function firstInteger(option: ParsedOption): bigint {
  return integers(option)[0]?.value ?? 0n;
}

/** The first text of an option's value; empty if there is none. */
export function firstText({ value }: ParsedOption): string {
  const [first] = value.values;
  return first?.kind === 'string' ? first.text : '';
}
