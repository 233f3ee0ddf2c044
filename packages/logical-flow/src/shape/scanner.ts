import { Character, integerEnd, isAddressStart, isDigit, isHexDigit, isNameStart, nameEnd } from '../characters.ts';

/** What kind of constant stands in a text, as far as its shape goes. */
export type ConstantKind = 'decimal' | 'hexadecimal' | 'ipv4' | 'ipv6' | 'ethernet' | 'string' | '$' | '@';

/** A constant of a match or action list, by place. */
export interface ScannedConstant {
  readonly kind: ConstantKind;
  readonly start: number;
  readonly end: number;
  /** The text without quotes, sigil and mask. */
  readonly text: string;
  /** The mask as it stands behind `/`; empty if there is none. */
  readonly mask: string;
}

const KINDS: readonly ConstantKind[] = ['decimal', 'hexadecimal', 'ipv4', 'ipv6', 'ethernet', 'string', '$', '@'];
export const DECIMAL = 0;
export const HEXADECIMAL = 1;
export const IPV4 = 2;
export const IPV6 = 3;
export const ETHERNET = 4;
const STRING = 5;
export const ADDRESS_SET = 6;
const PORT_GROUP = 7;
/** Marks of constants in skeletons: codes that no valid text has. */
const MARK = 0xe000;
/** Length of an Ethernet address. */
const ETHERNET_LENGTH = 17;

/**
 * Takes the texts of a logical flow apart: what stays the same between flows of one shape (the skeleton, with a hash), and the
 * constants. One scanner is used again and again, so that a known shape costs no objects.
 */
export class Scanner {
  /** Codes of the skeleton so far, and how many there are. */
  skeleton = new Uint16Array(1024);
  length = 0;
  /** How many constants there are, and how many of them are the first text's. */
  count = 0;
  matchCount = 0;
  /** By constant: its kind, where its text (quotes, sigil and mask left out) begins and ends, and where it ends as a whole. */
  kinds = new Int32Array(64);
  textStarts = new Int32Array(64);
  textEnds = new Int32Array(64);
  ends = new Int32Array(64);
  private first = 0;
  private second = 0;
  private match = '';
  private actions = '';

  /** Scans both texts. Never fails: what is not valid is found when the shape is compiled. */
  scan(match: string, actions: string, seed: number): void {
    this.match = match;
    this.actions = actions;
    this.length = 0;
    this.count = 0;
    this.first = seed | 0;
    this.second = ~seed;
    const room = match.length + actions.length + 1;
    if (this.skeleton.length < room) this.skeleton = new Uint16Array(room * 2);
    this.scanText(match);
    this.matchCount = this.count;
    this.add(0xffff);
    this.scanText(actions);
  }

  /** A number of 53 bits that equal skeletons share. */
  get hash(): number {
    return (this.first >>> 0) * 0x200000 + (this.second >>> 11);
  }

  /** Whether the skeleton is this one. */
  equals(skeleton: Uint16Array): boolean {
    if (skeleton.length !== this.length) return false;
    for (let at = 0; at < skeleton.length; at++) if (skeleton[at] !== this.skeleton[at]) return false;
    return true;
  }

  /** The text that constant `index` is in. */
  source(index: number): string {
    return index < this.matchCount ? this.match : this.actions;
  }

  /** The text of constant `index` without quotes, sigil and mask. */
  text(index: number): string {
    return this.source(index).slice(this.textStarts[index], this.textEnds[index]);
  }

  /** The constants as objects. */
  constants(): ScannedConstant[] {
    return Array.from({ length: this.count }, (_, index) => {
      const kind = KINDS[this.kinds[index] ?? 0] ?? 'decimal';
      const source = this.source(index);
      const textStart = this.textStarts[index] ?? 0;
      const textEnd = this.textEnds[index] ?? 0;
      const end = this.ends[index] ?? 0;
      const start = kind === 'string' || kind === '$' || kind === '@' ? textStart - 1 : textStart;
      const mask = kind === 'string' ? '' : source.slice(textEnd + 1, end);
      return { kind, start, end, text: source.slice(textStart, textEnd), mask };
    });
  }

  private add(code: number): void {
    this.skeleton[this.length++] = code;
    this.first = Math.imul(this.first ^ code, 0x01000193);
    this.second = Math.imul(this.second + code, 0x5bd1e995) ^ (this.second >>> 15);
  }

  private addText(text: string, start: number, end: number): void {
    for (let at = start; at < end; at++) this.add(text.charCodeAt(at));
  }

  private constant(kind: number, textStart: number, textEnd: number, end: number): void {
    if (this.count === this.kinds.length) this.growConstants();
    this.kinds[this.count] = kind;
    this.textStarts[this.count] = textStart;
    this.textEnds[this.count] = textEnd;
    this.ends[this.count] = end;
    this.count++;
    this.add(MARK + kind);
  }

  private growConstants(): void {
    const grow = (array: Int32Array<ArrayBuffer>) => {
      const larger = new Int32Array(array.length * 2);
      larger.set(array);
      return larger;
    };
    this.kinds = grow(this.kinds);
    this.textStarts = grow(this.textStarts);
    this.textEnds = grow(this.textEnds);
    this.ends = grow(this.ends);
  }

  private scanText(text: string): void {
    let at = 0;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      const next = this.scanConstant(text, at, code);
      if (next > 0) {
        at = next;
        continue;
      }
      const end = skip(text, at, code);
      // Comments are no part of a shape.
      if (code !== Character.SLASH || end === at + 1) this.addText(text, at, end);
      at = end;
    }
  }

  /** Takes the constant at `at` and gives its end; 0 where there is none that a shape can leave open. */
  private scanConstant(text: string, at: number, code: number): number {
    if (isDigit(code) || (code === Character.COLON && text.charCodeAt(at + 1) === Character.COLON)) {
      return this.integer(text, at);
    }
    if (isHexDigit(code) && isAddressStart(text, at)) return this.integer(text, at);
    if (code === Character.QUOTE) {
      const end = stringEnd(text, at);
      if (end > 0) this.constant(STRING, at + 1, end - 1, end);
      return end;
    }
    if ((code !== Character.DOLLAR && code !== Character.AT) || !isNameStart(text.charCodeAt(at + 1))) return 0;
    const end = nameEnd(text, at + 1);
    this.constant(code === Character.DOLLAR ? ADDRESS_SET : PORT_GROUP, at + 1, end, end);
    return end;
  }

  private integer(text: string, start: number): number {
    const end = integerEnd(text, start);
    const masked = text.charCodeAt(end) === Character.SLASH && isHexDigit(text.charCodeAt(end + 1));
    const maskEnd = masked ? integerEnd(text, end + 1) : end;
    this.constant(integerKind(text, start, end), start, end, maskEnd);
    if (masked) this.addText(text, end, maskEnd);
    return maskEnd;
  }
}

/** The end of a string without escapes; 0 for one with escapes or without end, which are for the lexer. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === Character.QUOTE) return at + 1;
    if (code === Character.BACKSLASH) return 0;
  }
  return 0;
}

function integerKind(text: string, start: number, end: number): number {
  let colons = 0;
  let dots = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === Character.COLON) colons++;
    else if (code === Character.DOT) dots++;
  }
  if (colons > 0) return colons === 5 && end - start === ETHERNET_LENGTH ? ETHERNET : IPV6;
  if (dots > 0) return IPV4;
  return end - start > 1 && text.charCodeAt(start) === 48 ? HEXADECIMAL : DECIMAL;
}

/** Where what follows the plain text at `at` begins: behind a name, a comment, a range of bits, a string, or one character. */
function skip(text: string, at: number, code: number): number {
  if (isNameStart(code)) return nameEnd(text, at);
  if (code === Character.OPEN_BRACKET) return rangeEnd(text, at);
  if (code === Character.QUOTE) return quotedEnd(text, at);
  if (code === Character.SLASH && text.charCodeAt(at + 1) === Character.STAR) {
    const end = text.indexOf('*/', at + 2);
    return end < 0 ? text.length : end + 2;
  }
  return at + 1;
}

/** Behind `[0..31]`; brackets around an IPv6 address are no range. */
function rangeEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 93) return at + 1;
    if (!isDigit(code) && code !== Character.DOT) return start + 1;
  }
  return start + 1;
}

function quotedEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== Character.QUOTE) {
    at += text.charCodeAt(at) === Character.BACKSLASH ? 2 : 1;
  }
  return Math.min(at + 1, text.length);
}
