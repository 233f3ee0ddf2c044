import type { Expression } from './expr/expression.ts';
import type { Lexer } from './lexer.ts';
import type { FieldReference, OvnSymbol } from './symbol.ts';

/** Where symbols are looked up. */
export interface SymbolLookup {
  get(name: string): OvnSymbol | undefined;
  /** Remembers what predicates and prerequisites expand to, by their text. */
  readonly expansions?: Map<string, Expression>;
}

function parseRange(lexer: Lexer, symbol: OvnSymbol): FieldReference {
  if (symbol.width === 0) lexer.error(`Cannot select subfield of string field ${symbol.name}.`);
  const low = lexer.forceInteger();
  const high = lexer.match('..') ? lexer.forceInteger() : low;
  lexer.force(']');
  if (low > high) lexer.error(`Invalid bit range ${low} to ${high}.`);
  if (high >= symbol.width) {
    lexer.error(`Cannot select bits ${low} to ${high} of ${symbol.width}-bit field ${symbol.name}.`);
  }
  if (symbol.level === 'nominal' && (low !== 0 || high !== symbol.width - 1)) {
    lexer.error(`Cannot select subfield of nominal field ${symbol.name}.`);
  }
  return { symbol, offset: low, width: high - low + 1 };
}

/** Parses `name`, `name[3]` or `name[0..7]`. */
export function parseFieldReference(lexer: Lexer, symbols: SymbolLookup): FieldReference {
  const { token } = lexer;
  const symbol = token.kind === 'id' ? symbols.get(token.text) : undefined;
  if (symbol === undefined) lexer.syntaxError('expecting field name');
  lexer.next();
  if (lexer.match('[')) return parseRange(lexer, symbol);
  return { symbol, offset: 0, width: symbol.width };
}
