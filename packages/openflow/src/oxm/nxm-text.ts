import { canonicalMatch } from '../match/canonical-match.ts';
import { parseError } from '../openflow-error.ts';
import { Reader } from '../wire/reader.ts';
import { Writer } from '../wire/writer.ts';
import { decodeMatch } from './decode-match.ts';
import { putMatch } from './encode-match.ts';
import { EXPERIMENTER_CLASS, type FieldHeader, findHeader, headerNamed, lengthFits } from './header.ts';

/*
 * The raw notation of `ovs-ofctl parse-nxm` and `parse-oxm`: `NXM_OF_IP_SRC_W(0a000000/ff000000), NXM_NX_REG0(00000001)`.
 */

const COOKIE = 0x00013c08;
const COOKIE_MASKED = 0x00013d10;

interface NamedHeader {
  readonly head: number;
  readonly experimenter: number;
  readonly known: FieldHeader | undefined;
}

function namedHeader(name: string): NamedHeader | undefined {
  const masked = name.endsWith('_W');
  const known = headerNamed(masked ? name.slice(0, -2) : name) ?? headerNamed(name);
  if (known !== undefined && (!masked || known.field.maskable)) {
    return { head: masked ? known.masked : known.exact, experimenter: known.form.experimenter, known };
  }
  if (name === 'NXM_NX_COOKIE') return { head: COOKIE, experimenter: 0, known: undefined };
  if (name === 'NXM_NX_COOKIE_W') return { head: COOKIE_MASKED, experimenter: 0, known: undefined };
  if (/^([0-9a-f]{8}|ffff[0-9a-f]{12})$/i.test(name)) {
    const head = Number.parseInt(name.slice(0, 8), 16);
    const experimenter = name.length === 16 ? Number.parseInt(name.slice(8), 16) : 0;
    return { head, experimenter, known: findHeader(head, experimenter) };
  }
  return undefined;
}

/** Reads hex bytes as ofpbuf_put_hex does: pairs of digits, with dots or white space between. */
function readHex(text: string, from: number): { bytes: number[]; at: number } {
  const bytes: number[] = [];
  let at = from;
  for (;;) {
    while (/[\s.]/.test(text[at] ?? '')) at++;
    const pair = text.slice(at, at + 2);
    if (!/^[0-9a-f]{2}$/i.test(pair)) return { bytes, at };
    bytes.push(Number.parseInt(pair, 16));
    at += 2;
  }
}

/** Parses the raw notation to bytes (entries only). Throws a `parse` error with ovs-ofctl's words. */
export function parseNxm(text: string): Uint8Array {
  const writer = new Writer(64);
  if (text === '<any>') return writer.slice();
  const skip = (from: number): number => from + (/^[, ]*/.exec(text.slice(from))?.[0].length ?? 0);
  for (let at = skip(0); at < text.length; at = skip(at)) at = parseEntry(text, at, writer);
  return writer.slice();
}

function parseEntry(text: string, start: number, writer: Writer): number {
  const open = text.indexOf('(', start);
  if (open < 0) throw parseError(`${text}: missing ( at end of nx_match`);
  const name = text.slice(start, open);
  const found = namedHeader(name);
  if (found === undefined) throw parseError(`${text}: unknown field \`${name}'`);
  const masked = (found.head & 0x100) !== 0;
  const extra = found.head >>> 16 === EXPERIMENTER_CLASS ? 4 : 0;
  let width = ((found.head & 0xff) - extra) >> (masked ? 1 : 0);
  let { bytes, at } = readHex(text, open + 1);
  let head = found.head;
  if (found.known?.field.variable) {
    if (bytes.length > found.known.field.bytes) {
      throw parseError(`expected to read at most ${found.known.field.bytes} bytes but got ${bytes.length}`);
    }
    width = bytes.length;
    head = (head & ~0xff) + extra + (masked ? 2 * width : width);
  } else if (bytes.length !== width) throw parseError(`expected to read ${width} bytes but got ${bytes.length}`);
  writer.u32(head >>> 0);
  if (extra !== 0) writer.u32(found.experimenter);
  writer.put(Uint8Array.from(bytes));
  if (masked) {
    if (text[at] !== '/') throw parseError(`${text}: missing / in masked field ${name}`);
    ({ bytes, at } = readHex(text, at + 1));
    if (bytes.length !== width) throw parseError(`${text.slice(at, at + 2)}: hex digits expected`);
    writer.put(Uint8Array.from(bytes));
  }
  if (text[at] !== ')') throw parseError(`${text}: missing ) following field ${name}`);
  return at + 1;
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

function headName(head: number, experimenter: number): string {
  const known = findHeader(head, experimenter);
  if (known !== undefined && lengthFits(known, head)) return known.form.name + ((head & 0x100) !== 0 ? '_W' : '');
  if (head === COOKIE) return 'NXM_NX_COOKIE';
  if (head === COOKIE_MASKED) return 'NXM_NX_COOKIE_W';
  return `${head >>> 16}:${(head >>> 9) & 0x7f}`;
}

/** Prints entries in the raw notation; `<any>` where there are none. */
export function formatNxm(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<any>';
  const reader = new Reader(bytes);
  const parts: string[] = [];
  while (reader.left > 0) {
    if (reader.left < 4) return [...parts, `<${reader.left} invalid bytes>`].join(', ');
    const head = reader.u32();
    const extra = head >>> 16 === EXPERIMENTER_CLASS ? 4 : 0;
    const experimenter = extra !== 0 && reader.left >= 4 ? reader.u32() : 0;
    const length = (head & 0xff) - extra;
    if (length > reader.left || length < 0) return [...parts, `<${reader.left} invalid bytes>`].join(', ');
    const masked = (head & 0x100) !== 0;
    const width = masked ? length >> 1 : length;
    const value = hex(reader.copy(width));
    parts.push(`${headName(head, experimenter)}(${value}${masked ? `/${hex(reader.copy(length - width))}` : ''})`);
  }
  return parts.join(', ');
}

/**
 * What `ovs-ofctl parse-nxm` and `parse-oxm` do: raw notation to bytes, decoded, encoded as Open vSwitch would, printed.
 * `version` 0 is NXM. Throws a `decode` error where `strict` refuses the match.
 */
export function roundTrip(text: string, options: { readonly version: number; readonly strict: boolean }): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  const bytes = parseNxm(trimmed);
  const { match, cookie } = decodeMatch(new Reader(bytes), options.strict ? 'strict' : 'loose', options.version === 0);
  const writer = new Writer();
  putMatch(writer, canonicalMatch(match, options.version), options.version);
  if (cookie !== undefined && cookie.mask !== 0n) putCookie(writer, cookie.cookie, cookie.mask);
  return formatNxm(writer.slice());
}

/** Nicira's cookie pseudo-field, last in a match. */
export function putCookie(writer: Writer, cookie: bigint, mask: bigint): void {
  const masked = mask !== 2n ** 64n - 1n;
  writer.u32(masked ? COOKIE_MASKED : COOKIE);
  writer.u64(cookie & mask);
  if (masked) writer.u64(mask);
}
