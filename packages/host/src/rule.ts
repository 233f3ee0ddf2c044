import { z } from 'zod';
import type { Change } from './change.ts';
import { HostError } from './error.ts';
import { canonicalCidr, familyOf, word } from './ip-text.ts';
import { protocolNumber, tableNumber } from './route.ts';

/** A rule of the routing policy (`ip rule`). Selectors that match everything are empty. */
export interface Rule {
  readonly family: 4 | 6;
  readonly priority: number;
  readonly src: string;
  readonly dst: string;
  /** `0x1745ec`, or with a mask `0x1000/0xff000`. */
  readonly fwmark: string;
  readonly iif: string;
  readonly oif: string;
  readonly table: number;
  readonly protocol: number;
}

/** A rule that shall be there. */
export interface DesiredRule {
  readonly family: 4 | 6;
  readonly priority: number;
  readonly table: number;
  readonly src?: string;
  readonly dst?: string;
  readonly fwmark?: number;
  readonly fwmask?: number;
  readonly iif?: string;
  readonly oif?: string;
}

const everything = ['all', '0.0.0.0', '::'];

/** What `ip -json -details [-6] rule show` says; the family is that of the command. */
export const ruleSchema = z.object({
  priority: z.number().default(0),
  src: z.string().default('all'),
  srclen: z.number().optional(),
  dst: z.string().default('all'),
  dstlen: z.number().optional(),
  fwmark: z.string().default(''),
  fwmask: z.string().default(''),
  iif: z.string().default(''),
  oif: z.string().default(''),
  table: z.string().default('unspec'),
  protocol: z.string().default('unspec'),
});

/** A rule as it is compared. */
export function readRule(family: 4 | 6, shown: z.output<typeof ruleSchema>): Rule {
  const prefix = (address: string, length: number | undefined): string =>
    everything.includes(address) ? '' : canonicalCidr(length === undefined ? address : `${address}/${length}`);
  return {
    family,
    priority: shown.priority,
    src: prefix(shown.src, shown.srclen),
    dst: prefix(shown.dst, shown.dstlen),
    fwmark: markText(shown.fwmark, shown.fwmask),
    iif: shown.iif,
    oif: shown.oif,
    table: tableNumber(shown.table),
    protocol: protocolNumber(shown.protocol),
  };
}

/** A mask of all ones is not shown. */
function markText(mark: string, mask: string): string {
  if (mark === '') return '';
  return mask === '' || mask === '0xffffffff' ? mark : `${mark}/${mask}`;
}

/** What must be written for the desired rules to be there, and no others that carry `protocol`. Rules have no other identity. */
export function ruleChanges(
  desired: readonly DesiredRule[],
  there: readonly Rule[],
  protocol: number,
): readonly Change[] {
  const wanted = new Map(desired.map((entry) => complete(entry, protocol)).map((rule) => [nameOf(rule), rule]));
  const ours = new Map(there.filter((rule) => rule.protocol === protocol).map((rule) => [nameOf(rule), rule]));
  const change = (why: 'missing' | 'unwanted', name: string, { family, ...rule }: Rule): Change => ({
    object: 'rule',
    name,
    why,
    write: { kind: 'ip', family, line: `rule ${why === 'missing' ? 'add' : 'delete'} ${words(rule)}` },
  });
  return [
    ...[...ours].filter(([name]) => !wanted.has(name)).map(([name, rule]) => change('unwanted', name, rule)),
    ...[...wanted].filter(([name]) => !ours.has(name)).map(([name, rule]) => change('missing', name, rule)),
  ];
}

const nameOf = ({ family, ...rule }: Rule): string => `IPv${family} ${words(rule)}`;

function words(rule: Omit<Rule, 'family'>): string {
  const optional = (name: string, value: string): string[] => (value === '' ? [] : [name, word(value)]);
  return [
    ...['priority', word(rule.priority)],
    ...optional('from', rule.src),
    ...optional('to', rule.dst),
    ...optional('fwmark', rule.fwmark),
    ...optional('iif', rule.iif),
    ...optional('oif', rule.oif),
    ...['table', word(rule.table), 'protocol', word(rule.protocol)],
  ].join(' ');
}

function complete(rule: DesiredRule, protocol: number): Rule {
  const hex = (value: number | undefined): string => (value === undefined ? '' : `0x${value.toString(16)}`);
  for (const prefix of [rule.src, rule.dst])
    if (prefix && familyOf(prefix) !== rule.family) throw wrongFamily(rule, prefix);
  return {
    family: rule.family,
    priority: rule.priority,
    src: rule.src ? canonicalCidr(rule.src) : '',
    dst: rule.dst ? canonicalCidr(rule.dst) : '',
    fwmark: markText(hex(rule.fwmark), hex(rule.fwmask)),
    iif: rule.iif ?? '',
    oif: rule.oif ?? '',
    table: rule.table,
    protocol,
  };
}

const wrongFamily = (rule: DesiredRule, prefix: string): HostError =>
  new HostError('invalid-desired', `the IPv${rule.family} rule of priority ${rule.priority} selects ${prefix}`);
