/** What unquoting a string gave: its text, or what is wrong with it in Open vSwitch's words. */
export type Unquoted = { readonly text: string } | { readonly error: string };

const simpleEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function hex4(text: string, at: number): number | undefined {
  const digits = text.slice(at, at + 4);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

/** Parses what follows `\u` at `at`: one UTF-16 unit or a surrogate pair. */
function unicodeEscape(
  text: string,
  at: number,
): { readonly text: string; readonly end: number } | { readonly error: string } {
  if (at + 4 > text.length) return { error: 'quoted string ends within \\u escape' };
  const first = hex4(text, at);
  if (first === undefined) return { error: 'malformed \\u escape' };
  if (first === 0) return { error: 'null bytes not supported in quoted strings' };
  if (first < 0xd800 || first > 0xdbff) return { text: String.fromCharCode(first), end: at + 4 };
  if (text.slice(at + 4, at + 6) !== '\\u') return { error: 'malformed escaped surrogate pair' };
  const second = hex4(text, at + 6);
  if (second === undefined) return { error: 'malformed escaped surrogate pair' };
  if (second < 0xdc00 || second > 0xdfff) {
    return { error: 'second half of escaped surrogate pair is not trailing surrogate' };
  }
  return { text: String.fromCharCode(first, second), end: at + 10 };
}

/** The text between the quotes of a JSON string, unescaped. */
export function unquote(quoted: string): Unquoted {
  if (!quoted.includes('\\')) return { text: quoted };
  let text = '';
  for (let at = 0; at < quoted.length; ) {
    const character = quoted.charAt(at);
    if (character !== '\\') {
      text += character;
      at++;
      continue;
    }
    if (at + 1 >= quoted.length) return { error: 'quoted string may not end with backslash' };
    const letter = quoted.charAt(at + 1);
    const simple = simpleEscapes[letter];
    if (simple !== undefined) {
      text += simple;
      at += 2;
    } else if (letter === 'u') {
      const unicode = unicodeEscape(quoted, at + 2);
      if ('error' in unicode) return unicode;
      text += unicode.text;
      at = unicode.end;
    } else {
      return { error: `bad escape \\${letter}` };
    }
  }
  return { text };
}
