import { LogicalFlowError, type Span } from './error.ts';
import { lexToken } from './lex.ts';
import { formatToken, type PlainToken, type Punctuation, type Token } from './token.ts';

const INT_MAX = 0x7fffffffn;

/** Reads tokens one by one for the parsers and words their syntax errors as OVN does. */
export class Lexer {
  readonly input: string;
  token: Token;
  /** Where the last taken token ended. */
  previousEnd = 0;

  constructor(input: string) {
    this.input = input;
    this.token = lexToken(input, 0);
  }

  /** Goes to the next token. */
  next(): void {
    this.previousEnd = this.token.end;
    this.token = lexToken(this.input, this.token.end);
  }

  /** The kind of the token after the current one. */
  lookahead(): Token['kind'] {
    return lexToken(this.input, this.token.end).kind;
  }

  /** Takes the current token if it is of `kind`. */
  match(kind: Punctuation): boolean {
    if (this.token.kind !== kind) return false;
    this.next();
    return true;
  }

  /** Takes the current token, which must be of `kind`. */
  force(kind: Punctuation | 'end'): void {
    if (this.token.kind === kind) {
      if (kind !== 'end') this.next();
      return;
    }
    const wanted: PlainToken = { kind, start: 0, end: 0 };
    this.syntaxError(kind === 'end' ? 'expecting end of input' : `expecting \`${formatToken(wanted)}'`);
  }

  /** Takes the current token if it is the identifier `id`. */
  matchId(id: string): boolean {
    if (this.token.kind !== 'id' || this.token.text !== id) return false;
    this.next();
    return true;
  }

  /** Takes the current token if it is the quoted string `text`. */
  matchString(text: string): boolean {
    if (this.token.kind !== 'string' || this.token.text !== text) return false;
    this.next();
    return true;
  }

  /** The current token as a decimal number below 2**31, if it is one. */
  smallInteger(): number | undefined {
    const token = this.token;
    if (token.kind !== 'integer' || token.mask !== undefined) return undefined;
    return token.format === 'decimal' && token.value <= INT_MAX ? Number(token.value) : undefined;
  }

  /** Takes a small integer if the current token is one. */
  takeInteger(): number | undefined {
    const value = this.smallInteger();
    if (value !== undefined) this.next();
    return value;
  }

  /** Takes a small integer. */
  forceInteger(): number {
    const value = this.takeInteger();
    return value ?? this.syntaxError('expecting small integer');
  }

  /** Throws `message`, or what the lexer found wrong with the current token, which is the better report. */
  error(message: string, at: Span = this.token): never {
    const { token } = this;
    if (token.kind === 'error') throw new LogicalFlowError('syntax', token.text, { at: token });
    throw new LogicalFlowError('syntax', message, { at: { start: at.start, end: at.end } });
  }

  /** Throws a syntax error at the current token. */
  syntaxError(message?: string): never {
    const { token } = this;
    const where = token.kind === 'end' ? ' at end of input' : ` at \`${this.input.slice(token.start, token.end)}'`;
    return this.error(`Syntax error${where}${message === undefined ? '' : ` ${message}`}.`);
  }
}
