import { Character, isAddressStart, isBlank, isDigit, isHexDigit, isNameStart, nameEnd } from './characters.ts';
import { unquote } from './json-string.ts';
import { lexInteger } from './lex-integer.ts';
import { PUNCTUATION, type Punctuation, type TextToken, type Token } from './token.ts';

function failed(text: string, start: number, end: number): TextToken {
  return { kind: 'error', text, start, end };
}

/** Where the token after white space and comments begins, or what is wrong with a comment. */
function skipBlank(input: string, from: number): number | TextToken {
  let at = from;
  for (;;) {
    if (isBlank(input.charCodeAt(at))) {
      at++;
    } else if (input.charCodeAt(at) !== Character.SLASH) {
      return at;
    } else if (input.startsWith('//', at)) {
      const end = input.indexOf('\n', at);
      if (end < 0) return input.length;
      at = end;
    } else if (input.startsWith('/*', at)) {
      const close = input.indexOf('*/', at + 2);
      const line = input.indexOf('\n', at + 2);
      if (close < 0 || (line >= 0 && line < close)) {
        return failed("`/*' without matching `*/'.", at, line < 0 ? input.length : line);
      }
      at = close + 2;
    } else {
      return at;
    }
  }
}

function lexString(input: string, start: number): Token {
  for (let at = start + 1; at < input.length; at++) {
    const character = input.charAt(at);
    if (character === '\\') {
      at++;
    } else if (character === '"') {
      const unquoted = unquote(input.slice(start + 1, at));
      if ('error' in unquoted) return failed(unquoted.error, start, at + 1);
      return { kind: 'string', text: unquoted.text, start, end: at + 1 };
    }
  }
  return failed('Input ends inside quoted string.', start, input.length);
}

const sigils: Readonly<Record<string, TextToken['kind']>> = { $: 'macro', '@': 'portGroup', '^': 'template' };
/** Marks that are only valid doubled, and what to say else. */
const half: Readonly<Record<string, string>> = {
  '&': "`&' is only valid as part of `&&'.",
  '|': "`|' is only valid as part of `||'.",
  '.': "`.' is only valid as part of `..' or a number.",
  '/': "`/' is only valid as part of `//' or `/*'.",
};

const byFirst = new Map<string, Punctuation[]>();
for (const mark of PUNCTUATION) {
  const first = mark.charAt(0);
  const marks = byFirst.get(first) ?? [];
  marks.push(mark);
  marks.sort((a, b) => b.length - a.length);
  byFirst.set(first, marks);
}

function lexMark(input: string, start: number): Token | undefined {
  const mark = byFirst.get(input.charAt(start))?.find((candidate) => input.startsWith(candidate, start));
  if (mark !== undefined) return { kind: mark, start, end: start + mark.length };
  const error = half[input.charAt(start)];
  return error === undefined ? undefined : failed(error, start, start + 1);
}

/** Open vSwitch reads bytes: a character beyond ASCII is named by its first UTF-8 byte, as a signed number. */
function lexInvalid(input: string, start: number): Token {
  const code = input.codePointAt(start) ?? 0;
  const end = start + (code > 0xffff ? 2 : 1);
  if (code >= 0x20 && code < 0x7f) return failed(`Invalid character \`${input.charAt(start)}' in input.`, start, end);
  const byte =
    code < 0x80 ? code : code < 0x800 ? 0xc0 | (code >> 6) : code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18);
  return failed(`Invalid byte 0x${byte < 0x80 ? byte : byte - 256} in input.`, start, end);
}

function lexName(input: string, start: number): Token {
  const character = input.charAt(start);
  const kind = sigils[character];
  if (kind !== undefined) {
    if (!isNameStart(input.charCodeAt(start + 1))) {
      return failed(`\`${character}' must be followed by a valid identifier.`, start, start + 1);
    }
    const end = nameEnd(input, start + 1);
    return { kind, text: input.slice(start + 1, end), start, end };
  }
  const end = nameEnd(input, start);
  return { kind: 'id', text: input.slice(start, end), start, end };
}

/** Whether an integer begins at `at`: a digit, `::`, or hexadecimal digits before a colon. */
function isInteger(input: string, at: number): boolean {
  const code = input.charCodeAt(at);
  if (isDigit(code)) return true;
  if (code === Character.COLON) return input.charCodeAt(at + 1) === Character.COLON;
  return isHexDigit(code) && isAddressStart(input, at);
}

/** The token at or after `from`; at the end of the input a token of kind `end`. */
export function lexToken(input: string, from: number): Token {
  const start = skipBlank(input, from);
  if (typeof start !== 'number') return start;
  const character = input.charAt(start);
  if (character === '' || character === '\0') return { kind: 'end', start, end: start };
  if (isInteger(input, start)) return lexInteger(input, start);
  if (character === '"') return lexString(input, start);
  // An identifier may begin with a dot by lex.c's table, but a dot is caught as `..` or an error before that.
  if (character !== '.' && (isNameStart(input.charCodeAt(start)) || sigils[character] !== undefined)) {
    return lexName(input, start);
  }
  return lexMark(input, start) ?? lexInvalid(input, start);
}

/** All tokens of `input`, error tokens included, without the end. */
export function tokens(input: string): Token[] {
  const list: Token[] = [];
  for (let token = lexToken(input, 0); token.kind !== 'end'; token = lexToken(input, token.end)) list.push(token);
  return list;
}
