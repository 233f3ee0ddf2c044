/** A key with its value in ovs-ofctl's texts: `key`, `key=value`, `key:value`, `key(value)`. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

const DELIMITERS = ', \t\r\n';

/** Where a value ends: at one of the characters, not counting those within parentheses. */
function valueEnd(text: string, from: number, delimiters: string): number {
  let at = from;
  while (at < text.length && !delimiters.includes(text.charAt(at))) {
    if (text[at] !== '(') {
      at++;
      continue;
    }
    let level = 0;
    do {
      if (at >= text.length) return at;
      if (text[at] === '(') level++;
      else if (text[at] === ')') level--;
      at++;
    } while (level > 0);
  }
  return at;
}

/** The key-value pairs of a text, one after the other. */
export function* keyValues(text: string): Generator<KeyValue> {
  let at = 0;
  for (;;) {
    while (at < text.length && DELIMITERS.includes(text.charAt(at))) at++;
    if (at >= text.length) return;
    const start = at;
    while (at < text.length && !':=(, \t\r\n'.includes(text.charAt(at))) at++;
    const key = text.slice(start, at);
    const delimiter = text[at];
    at++;
    if (delimiter !== ':' && delimiter !== '=' && delimiter !== '(') {
      yield { key, value: '' };
      continue;
    }
    const from = at;
    let end = valueEnd(text, from, delimiter === '(' ? ')' : DELIMITERS);
    // `check_pkt_larger(100)->reg0[0]`: the value is `100)->reg0[0]`.
    if (delimiter === '(' && text.startsWith(')->', end)) end = valueEnd(text, end, DELIMITERS);
    at = end + 1;
    yield { key, value: text.slice(from, end) };
  }
}

/** The first pair and the text behind it. */
export function firstKeyValue(text: string): KeyValue | undefined {
  return keyValues(text).next().value ?? undefined;
}

/** As C's strtok: pieces between runs of the delimiters. */
export function tokens(text: string, delimiters: string): string[] {
  return text.split(new RegExp(`[${delimiters}]+`)).filter((piece) => piece !== '');
}
