import { z } from 'zod';
import { type Change, fieldDifferences } from './change.ts';
import { word } from './ip-text.ts';

/** A network interface as `ip -json -details` shows it. */
export interface Link {
  readonly ifindex: number;
  readonly ifname: string;
  /** `veth`, `bridge`, `vrf` …; empty for hardware and for a switch's internal ports of an unknown driver. */
  readonly kind: string;
  /** Lower case; empty where the link has none. */
  readonly mac: string;
  readonly mtu: number;
  /** Administratively up (IFF_UP). */
  readonly up: boolean;
  /** `UP`, `DOWN`, `LOWERLAYERDOWN`, `UNKNOWN` … */
  readonly operstate: string;
  /** Name of the bridge or VRF that holds it; empty for none. */
  readonly master: string;
  readonly txqlen: number;
}

/** What a link shall be. Fields that are absent are left as they are. */
export interface DesiredLink {
  readonly ifname: string;
  /** What follows `ip link add NAME`, such as `['type', 'vrf', 'table', '1001']`. Without it a missing link is reported only. */
  readonly create?: readonly string[];
  readonly mac?: string;
  readonly mtu?: number;
  readonly up?: boolean;
  /** Empty: it shall have no master. */
  readonly master?: string;
  readonly txqlen?: number;
}

/** What `ip -json -details address show` says of a link. */
export const linkSchema = z
  .object({
    ifindex: z.number(),
    ifname: z.string(),
    flags: z.array(z.string()),
    mtu: z.number(),
    operstate: z.string(),
    address: z.string().default(''),
    master: z.string().default(''),
    txqlen: z.number().default(0),
    linkinfo: z.object({ info_kind: z.string().default('') }).default({ info_kind: '' }),
  })
  .transform(
    ({ flags, address, linkinfo, ...link }): Link => ({
      ...link,
      mac: address.toLowerCase(),
      up: flags.includes('UP'),
      kind: linkinfo.info_kind,
    }),
  );

/** What must be written for the links to be as desired; nothing else about any link is touched. */
export function linkChanges(
  desired: readonly DesiredLink[],
  there: readonly Link[],
  unwanted: (link: Link) => boolean = () => false,
): readonly Change[] {
  const byName = new Map(there.map((link) => [link.ifname, link]));
  const names = new Set(desired.map(({ ifname }) => ifname));
  const stale = there
    .filter((link) => !names.has(link.ifname) && unwanted(link))
    .map(
      ({ ifname }): Change => ({
        object: 'link',
        name: ifname,
        why: 'unwanted',
        write: { kind: 'ip', line: `link delete dev ${word(ifname)}` },
      }),
    );
  return [...stale, ...desired.flatMap((link) => changesOf(link, byName.get(link.ifname)))];
}

function changesOf(desired: DesiredLink, there: Link | undefined): readonly Change[] {
  const { ifname, create } = desired;
  if (there === undefined) {
    const change: Change = { object: 'link', name: ifname, why: 'missing' };
    if (create === undefined) return [change];
    const settings = settingsOf(desired, { mac: '', mtu: 0, up: false, master: '', txqlen: 0 });
    const lines = [`link add name ${word(ifname)} ${create.map(word).join(' ')}`];
    if (settings !== '') lines.push(`link set dev ${word(ifname)}${settings}`);
    return lines.map((line) => ({ ...change, write: { kind: 'ip', line } }));
  }
  const wanted = { ...desired, ...(desired.mac ? { mac: desired.mac.toLowerCase() } : {}) };
  const { create: _create, ifname: _ifname, ...fields } = wanted;
  const detail = fieldDifferences(there, fields);
  if (detail === '') return [];
  const line = `link set dev ${word(ifname)}${settingsOf(wanted, there)}`;
  return [{ object: 'link', name: ifname, why: 'different', detail, write: { kind: 'ip', line } }];
}

type Settings = Pick<Link, 'mac' | 'mtu' | 'up' | 'master' | 'txqlen'>;

function settingsOf(desired: Partial<Settings>, there: Settings): string {
  const words: string[] = [];
  const { mac, mtu, master, txqlen, up } = desired;
  if (mac !== undefined && mac.toLowerCase() !== there.mac) words.push('address', word(mac));
  if (mtu !== undefined && mtu !== there.mtu) words.push('mtu', word(mtu));
  if (txqlen !== undefined && txqlen !== there.txqlen) words.push('txqueuelen', word(txqlen));
  if (master !== undefined && master !== there.master)
    words.push(...(master === '' ? ['nomaster'] : ['master', word(master)]));
  if (up !== undefined && up !== there.up) words.push(up ? 'up' : 'down');
  return words.map((text) => ` ${text}`).join('');
}
