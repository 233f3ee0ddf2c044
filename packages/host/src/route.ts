import { z } from 'zod';
import { type Change, fieldDifferences } from './change.ts';
import { canonicalAddress, canonicalCidr, familyOf, word } from './ip-text.ts';

/** A route. */
export interface Route {
  /** With prefix length; `0.0.0.0/0` and `::/0` for default routes. */
  readonly dst: string;
  readonly table: number;
  /** 0 for IPv4 and 1024 for IPv6 unless given. */
  readonly metric: number;
  /** `unicast`, `blackhole`, `unreachable`, `local` … */
  readonly type: string;
  /** Absent fields are empty or 0. */
  readonly gateway: string;
  readonly dev: string;
  readonly prefsrc: string;
  readonly mtu: number;
  readonly protocol: number;
}

/** A route that shall be there. */
export interface DesiredRoute {
  readonly dst: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly prefsrc?: string;
  readonly mtu?: number;
  readonly metric?: number;
  /** 254, the main table, unless given. */
  readonly table?: number;
  /** `unicast` unless given. */
  readonly type?: string;
  /** The gateway is reached although no address of the link covers it. */
  readonly onlink?: boolean;
}

/** Names that `ip` prints instead of numbers (rtnetlink.h; a host's rt_tables and rt_protos may add more, which we do not use). */
const tables: Readonly<Record<string, number>> = { local: 255, main: 254, default: 253, unspec: 0 };
const protocols: Readonly<Record<string, number>> = {
  unspec: 0,
  redirect: 1,
  kernel: 2,
  boot: 3,
  static: 4,
  ra: 9,
  dhcp: 16,
};

/** The number of a table; NaN for a name that only the host's /etc/iproute2/rt_tables knows. */
export const tableNumber = (name: string): number => tables[name] ?? Number(name);

/** The number of a protocol; NaN for a name that only the host's /etc/iproute2/rt_protos knows: not ours. */
export const protocolNumber = (name: string): number => protocols[name] ?? Number(name);

const familyDefault: Readonly<Record<4 | 6, string>> = { 4: '0.0.0.0/0', 6: '::/0' };
const familyMetric: Readonly<Record<4 | 6, number>> = { 4: 0, 6: 1024 };

/** What `ip -json -details route show table all` says of a route. Multipath routes have `nexthops` and no gateway. */
export const routeSchema = z
  .object({
    type: z.string().default('unicast'),
    dst: z.string(),
    gateway: z.string().default(''),
    via: z.object({ host: z.string() }).optional(),
    dev: z.string().default(''),
    table: z.string().default('main'),
    protocol: z.string().default('unspec'),
    prefsrc: z.string().default(''),
    metric: z.number().optional(),
    metrics: z.array(z.object({ mtu: z.number().default(0) })).default([]),
    flags: z.array(z.string()).default([]),
    pref: z.string().optional(),
  })
  .transform(({ via, metrics, flags: _flags, pref, ...route }): Route => {
    const gateway = route.gateway || via?.host || '';
    // `default` has no family: only IPv6 routes have a preference (RFC 4191).
    const family = route.dst === 'default' ? (pref === undefined ? 4 : 6) : familyOf(route.dst);
    const dst = route.dst === 'default' ? familyDefault[family] : canonicalCidr(route.dst);
    return {
      ...route,
      dst,
      gateway,
      metric: route.metric ?? 0,
      mtu: metrics[0]?.mtu ?? 0,
      table: tableNumber(route.table),
      protocol: protocolNumber(route.protocol),
    };
  });

function complete(route: DesiredRoute, protocol: number): Route {
  const dst = canonicalCidr(route.dst);
  return {
    dst,
    table: route.table ?? tableNumber('main'),
    metric: route.metric ?? familyMetric[familyOf(dst)],
    type: route.type ?? 'unicast',
    gateway: route.gateway ? canonicalAddress(route.gateway) : '',
    dev: route.dev ?? '',
    prefsrc: route.prefsrc ? canonicalAddress(route.prefsrc) : '',
    mtu: route.mtu ?? 0,
    protocol,
  };
}

const nameOf = ({ dst, table, metric }: Route): string =>
  `${dst}${table === tableNumber('main') ? '' : ` in table ${table}`}${metric === familyMetric[familyOf(dst)] ? '' : ` of metric ${metric}`}`;

/**
 * What must be written for the desired routes to be there, and no others that carry `protocol`, our mark. A route of someone
 * else for the same destination, table and metric is left alone: right where it says the same, reported where it does not.
 */
export function routeChanges(
  desired: readonly DesiredRoute[],
  there: readonly Route[],
  protocol: number,
): readonly Change[] {
  const wanted = new Map(
    desired.map((entry) => {
      const route = complete(entry, protocol);
      return [nameOf(route), { route, onlink: entry.onlink ?? false }] as const;
    }),
  );
  const found = new Map<string, Route>();
  const changes: Change[] = [];
  for (const route of there) {
    const name = nameOf(route);
    if (route.protocol === protocol && !wanted.has(name)) {
      changes.push({
        object: 'route',
        name,
        why: 'unwanted',
        write: { kind: 'ip', line: `route delete ${selector(route)}` },
      });
    }
    // With two routes of one key (IPv6 lets next hops pile up), ours counts.
    if (!found.has(name) || route.protocol === protocol) found.set(name, route);
  }
  for (const [name, { route, onlink }] of wanted) {
    const present = found.get(name);
    const line = `route replace ${selector(route)}${attributes(route)}${onlink ? ' onlink' : ''}`;
    if (present === undefined) {
      changes.push({ object: 'route', name, why: 'missing', write: { kind: 'ip', line } });
      continue;
    }
    const { protocol: _ours, dev, ...fields } = route;
    const detail = fieldDifferences(present, { ...fields, ...(dev === '' ? {} : { dev }) });
    if (detail === '') continue;
    const ours = present.protocol === protocol;
    changes.push({
      object: 'route',
      name,
      why: 'different',
      detail: ours ? detail : `${detail}; it carries protocol ${present.protocol}, not ours, and is left alone`,
      ...(ours ? { write: { kind: 'ip', line } } : {}),
    });
  }
  return changes;
}

const selector = ({ type, dst, table, metric, protocol }: Route): string =>
  `${type === 'unicast' ? '' : `${word(type)} `}${word(dst)} table ${table} metric ${metric} proto ${protocol}`.replace(
    ' metric 0',
    '',
  );

function attributes({ gateway, dev, prefsrc, mtu }: Route): string {
  return [
    gateway === '' ? '' : ` via ${word(gateway)}`,
    dev === '' ? '' : ` dev ${word(dev)}`,
    prefsrc === '' ? '' : ` src ${word(prefsrc)}`,
    mtu === 0 ? '' : ` mtu ${word(mtu)}`,
  ].join('');
}
