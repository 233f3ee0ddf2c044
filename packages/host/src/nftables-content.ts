import { z } from 'zod';
import { HostError } from './error.ts';

/** A table as `nft -j` lists it, in a form that can be compared: texts of JSON without handles and without counters' values. */
export interface TableContent {
  readonly chains: ReadonlyMap<string, ChainContent>;
  readonly sets: ReadonlyMap<string, SetContent>;
}

export interface ChainContent {
  /** Hook, type, priority and policy; `{}` for a chain that is only jumped to. */
  readonly definition: string;
  readonly rules: readonly RuleContent[];
}

export interface RuleContent {
  readonly handle: number;
  readonly content: string;
}

export interface SetContent {
  readonly kind: 'set' | 'map';
  readonly definition: string;
  /** The elements as statements of nft(8). */
  readonly elements: readonly string[];
}

const named = z.looseObject({ name: z.string(), handle: z.number().default(0) });
const listing = z.object({
  nftables: z.array(
    z.looseObject({
      chain: named.optional(),
      set: named.extend({ elem: z.array(z.unknown()).optional() }).optional(),
      map: named.extend({ elem: z.array(z.unknown()).optional() }).optional(),
      rule: z.looseObject({ chain: z.string(), handle: z.number(), expr: z.array(z.unknown()) }).optional(),
    }),
  ),
});

/** Read `nft -j list table`. Objects of other kinds (flow tables, counters by name) are left out. */
export function readTable(text: string): TableContent {
  const parsed = listing.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw new HostError('unexpected-output', `nft -j list table: ${z.prettifyError(parsed.error)}`, {
      cause: parsed.error,
    });
  }
  const chains = new Map<string, { definition: string; rules: RuleContent[] }>();
  const sets = new Map<string, SetContent>();
  for (const { chain, set, map, rule } of parsed.data.nftables) {
    if (chain) chains.set(chain.name, { definition: definitionOf(chain), rules: [] });
    const elements = (set ?? map)?.elem ?? [];
    if (set) sets.set(set.name, { kind: 'set', definition: definitionOf(set), elements: elements.map(elementText) });
    if (map) sets.set(map.name, { kind: 'map', definition: definitionOf(map), elements: elements.map(elementText) });
    if (rule) {
      const content = JSON.stringify({ expr: rule.expr.map(withoutCounts), comment: rule['comment'] });
      chains.get(rule.chain)?.rules.push({ handle: rule.handle, content });
    }
  }
  return { chains, sets };
}

/** Everything about an object but where it is, what it holds, and its handle. Keys come in nft's order, always the same. */
function definitionOf(object: Readonly<Record<string, unknown>>): string {
  const { family, table, name, handle, elem, ...definition } = object;
  return JSON.stringify(definition);
}

/** A counter's values are not part of the rule. */
function withoutCounts(expression: unknown): unknown {
  if (typeof expression !== 'object' || expression === null) return expression;
  return 'counter' in expression && typeof expression.counter === 'object' ? { counter: null } : expression;
}

/** An element of libnftables-json(5) as nft(8) writes it. Throws `unexpected-output` for a form not known here. */
function elementText(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (Array.isArray(value) && value.length === 2) return value.map(elementText).join(' : ');
  if (typeof value === 'object' && value !== null) {
    const shape = elementShapes.safeParse(value);
    if (shape.success) {
      const { concat, prefix, range, elem, jump, goto } = shape.data;
      if (concat) return concat.map(elementText).join(' . ');
      if (prefix) return `${prefix.addr}/${prefix.len}`;
      if (range) return range.map(elementText).join('-');
      if (elem) return elementText(elem.val);
      if (jump) return `jump ${jump.target}`;
      if (goto) return `goto ${goto.target}`;
      const [verdict] = Object.keys(value);
      if (verdict && verdicts.includes(verdict)) return verdict;
    }
  }
  throw new HostError('unexpected-output', `nft lists an element of an unknown form: ${JSON.stringify(value)}`);
}

const verdicts = ['accept', 'drop', 'return', 'continue'];
const target = z.object({ target: z.string() }).optional();
const elementShapes = z.looseObject({
  concat: z.array(z.unknown()).optional(),
  prefix: z.object({ addr: z.string(), len: z.number() }).optional(),
  range: z.array(z.unknown()).optional(),
  elem: z.object({ val: z.unknown() }).optional(),
  jump: target,
  goto: target,
});
