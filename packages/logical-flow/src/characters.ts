/** Classes of characters by their UTF-16 code; NaN, the code behind the end of a text, is in none. */

export const isDigit = (code: number): boolean => code >= 48 && code <= 57;
export const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
export const isHexDigit = (code: number): boolean =>
  isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);

/** What an identifier begins with: a letter, `_` or `.`. */
export const isNameStart = (code: number): boolean => isLetter(code) || code === 95 || code === 46;
export const isName = (code: number): boolean => isNameStart(code) || isDigit(code);

/** White space between tokens. */
export const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

/** Codes of characters with a meaning of their own. */
export const Character = {
  QUOTE: 34,
  DOLLAR: 36,
  STAR: 42,
  DOT: 46,
  SLASH: 47,
  COLON: 58,
  AT: 64,
  OPEN_BRACKET: 91,
  BACKSLASH: 92,
} as const;

/** The end of an identifier that begins at `start`. */
export function nameEnd(text: string, start: number): number {
  let at = start;
  while (isName(text.charCodeAt(at))) at++;
  return at;
}

/**
 * The end of an integer in any notation. Two dots end it (`1..2`), and so does a colon after a dot (`1.2.3.4:80`), because in an
 * IPv6 address a colon never follows a dot.
 */
export function integerEnd(text: string, start: number): number {
  let sawDot = false;
  for (let at = start; ; at++) {
    const code = text.charCodeAt(at);
    if (isDigit(code) || isLetter(code) || (code === Character.COLON && !sawDot)) continue;
    if (code !== Character.DOT || text.charCodeAt(at + 1) === Character.DOT) return at;
    sawDot = true;
  }
}

/** Whether hexadecimal digits (none is enough) and then a colon stand at `start`: an address, never an identifier. */
export function isAddressStart(text: string, start: number): boolean {
  let at = start;
  while (isHexDigit(text.charCodeAt(at))) at++;
  return text.charCodeAt(at) === Character.COLON;
}
