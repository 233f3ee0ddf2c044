/** What a match is held against. Fields that a packet does not have are absent: every comparison of them is false. */
export interface ExpressionPacket {
  /** Fields and their values: addresses and numbers as numbers, ports as names. */
  readonly fields: ReadonlyMap<string, bigint | string>;
  /** Predicates that hold, such as `ip4`, `tcp`, `arp`. */
  readonly predicates: ReadonlySet<string>;
}

/** What names in an expression stand for. Throws when there is no such set or group. */
export interface ExpressionNames {
  addressSet(name: string): Iterable<string>;
  portGroup(name: string): ReadonlySet<string>;
}

export type Expression = (packet: ExpressionPacket, names: ExpressionNames) => boolean;

const known = new Set(['ip4', 'ip6', 'ip', 'tcp', 'udp', 'sctp', 'arp', 'nd', 'icmp4', 'icmp6']);
const fieldNames = new Set([
  'inport',
  'outport',
  'ip4.src',
  'ip4.dst',
  'ip6.src',
  'ip6.dst',
  'tcp.dst',
  'udp.dst',
  'sctp.dst',
]);

/**
 * A small part of OVN's expression language, read and evaluated in the plainest way: what ACLs of policies are made of.
 * It is as strict as OVN where that matters (no `&&` beside `||` without parentheses). Throws on anything else.
 */
export function parseOvnExpression(text: string): Expression {
  const parser = new Parser(text);
  const expression = parser.disjunction();
  parser.end();
  return expression;
}

/** An address or a subnet as the range of numbers that it covers. */
export function addressRange(text: string): { readonly first: bigint; readonly last: bigint; readonly bits: number } {
  const [address = '', length] = text.split('/');
  const bits = address.includes(':') ? 128 : 32;
  const value = address.includes(':') ? sixteenBitGroups(address) : dotted(address);
  const hostBits = BigInt(bits - (length === undefined ? bits : Number(length)));
  if (hostBits < 0n) throw new Error(`${text}: no such prefix length`);
  const first = (value >> hostBits) << hostBits;
  if (first !== value) throw new Error(`${text}: unmasked bits, which OVN refuses`);
  return { first, last: first + (1n << hostBits) - 1n, bits };
}

function dotted(text: string): bigint {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) throw new Error(`${text} is no address`);
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function sixteenBitGroups(text: string): bigint {
  const [head = '', tail] = text.split('::');
  const groups = (side: string): string[] => (side === '' ? [] : side.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  const all = tail === undefined ? before : [...before, ...zeros, ...after];
  if (all.length !== 8) throw new Error(`${text} is no address`);
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

type Comparison = (actual: bigint | string, names: ExpressionNames) => boolean;

class Parser {
  readonly #text: string;
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = text.match(/&&|\|\||==|!=|<=|>=|<|>|!|[(){},]|[^\s&|=!<>(){},]+/g) ?? [];
  }

  end(): void {
    if (this.#at < this.#tokens.length) this.#fail(`unexpected ${this.#tokens[this.#at]}`);
  }

  disjunction(): Expression {
    const first = this.#operand();
    const operator = this.#tokens[this.#at];
    if (operator !== '&&' && operator !== '||') return first;
    const operands = [first];
    while (this.#tokens[this.#at] === operator) {
      this.#at++;
      operands.push(this.#operand());
    }
    const next = this.#tokens[this.#at];
    if (next === '&&' || next === '||') this.#fail('&& and || need parentheses when used together');
    return operator === '&&'
      ? (packet, names) => operands.every((each) => each(packet, names))
      : (packet, names) => operands.some((each) => each(packet, names));
  }

  #operand(): Expression {
    if (this.#take('!')) {
      const negated = this.#operand();
      return (packet, names) => !negated(packet, names);
    }
    if (this.#take('(')) {
      const inner = this.disjunction();
      this.#expect(')');
      return inner;
    }
    const word = this.#next();
    if (known.has(word)) return ({ predicates }) => predicates.has(word);
    if (fieldNames.has(word)) return this.#comparison(word);
    return this.#range(word);
  }

  /** `first <= field <= last` */
  #range(first: string): Expression {
    this.#expect('<=');
    const field = this.#next();
    if (!fieldNames.has(field)) this.#fail(`unknown field ${field}`);
    this.#expect('<=');
    const [least, most] = [BigInt(first), BigInt(this.#next())];
    return ({ fields }) => {
      const value = fields.get(field);
      return typeof value === 'bigint' && least <= value && value <= most;
    };
  }

  #comparison(field: string): Expression {
    const operator = this.#next();
    if (operator !== '==' && operator !== '!=') this.#fail(`${operator} after ${field}`);
    const among = this.#constants(field);
    return ({ fields }, names) => {
      const actual = fields.get(field);
      return actual !== undefined && among.some((each) => each(actual, names)) === (operator === '==');
    };
  }

  #constants(field: string): readonly Comparison[] {
    if (!this.#take('{')) return [this.#constant(field, this.#next())];
    const all: Comparison[] = [];
    while (!this.#take('}')) {
      all.push(this.#constant(field, this.#next()));
      this.#take(',');
    }
    if (all.length === 0) this.#fail('an empty set of constants');
    return all;
  }

  #constant(field: string, text: string): Comparison {
    if (field === 'inport' || field === 'outport') {
      if (text.startsWith('@')) return (actual, names) => names.portGroup(text.slice(1)).has(String(actual));
      return (actual) => JSON.stringify(actual) === text;
    }
    if (field.endsWith('.dst') && !field.startsWith('ip')) {
      const number = BigInt(text);
      return (actual) => actual === number;
    }
    const bits = field.startsWith('ip4') ? 32 : 128;
    const within = (constant: string, actual: bigint | string): boolean => {
      const range = addressRange(constant);
      if (range.bits !== bits) this.#fail(`${constant} of the wrong family for ${field}`);
      return typeof actual === 'bigint' && range.first <= actual && actual <= range.last;
    };
    if (!text.startsWith('$')) {
      within(text, 0n);
      return (actual) => within(text, actual);
    }
    return (actual, names) => [...names.addressSet(text.slice(1))].some((address) => within(address, actual));
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    const found = this.#next();
    if (found !== token) this.#fail(`${found} where ${token} should be`);
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) this.#fail('ends too early');
    return token;
  }

  #fail(reason: string): never {
    throw new Error(`match ${this.#text}: ${reason}`);
  }
}
