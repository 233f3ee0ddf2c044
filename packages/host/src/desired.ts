import { type Address, addressChanges, type DesiredAddress } from './address.ts';
import type { Change } from './change.ts';
import { type DesiredLink, type Link, linkChanges } from './link.ts';
import { type DesiredNeighbour, neighbourChanges } from './neighbour.ts';
import type { Observed, Scope } from './observe.ts';
import { type DesiredRoute, routeChanges } from './route.ts';
import { type DesiredRule, ruleChanges } from './rule.ts';
import type { Step } from './script.ts';
import { type Sysctls, sysctlChanges } from './sysctl.ts';

/** What is ours on a host, so that what we no longer want can go and what others made can stay. */
export interface Owner {
  /**
   * Number of the routing protocol that our routes, neighbours and rules carry: everything with it that is not desired is
   * removed. 5 to 255, not one that another daemon of the host uses (rtnetlink.h, RTPROT_*).
   */
  readonly protocol: number;
  /** Whether an address is ours to remove; by default every one on a link that the desired state names. */
  readonly ownsAddress?: (address: Address) => boolean;
  /** Whether a link is ours to remove; by default none is. */
  readonly ownsLink?: (link: Link) => boolean;
}

/** What a namespace shall hold. A missing list desires nothing and removes what is ours of that kind. */
export interface DesiredHost {
  readonly links?: readonly DesiredLink[];
  readonly addresses?: readonly DesiredAddress[];
  readonly routes?: readonly DesiredRoute[];
  readonly neighbours?: readonly DesiredNeighbour[];
  readonly rules?: readonly DesiredRule[];
  readonly sysctls?: Sysctls;
}

/** What has to be looked at to compare with the desired state. */
export const scopeOf = (desired: DesiredHost): Scope => ({
  routes: true,
  neighbours: true,
  rules: desired.rules !== undefined,
  sysctls: Object.keys(desired.sysctls ?? {}),
});

/** What differs, in the order in which it has to be written. Rules are compared only where the desired state has the list. */
export function changesOf(desired: DesiredHost, there: Observed, owner: Owner): readonly Change[] {
  const named = new Set((desired.links ?? []).map(({ ifname }) => ifname));
  const ownsAddress = owner.ownsAddress ?? (({ ifname }: Address) => named.has(ifname));
  const lists = [
    ruleChanges(desired.rules ?? [], desired.rules ? there.rules : [], owner.protocol),
    routeChanges(desired.routes ?? [], there.routes, owner.protocol),
    neighbourChanges(desired.neighbours ?? [], there.neighbours, owner.protocol),
    addressChanges(desired.addresses ?? [], there.addresses, ownsAddress),
    linkChanges(desired.links ?? [], there.links, owner.ownsLink),
    sysctlChanges(desired.sysctls ?? {}, there.sysctls),
  ] as const;
  const [rules, routes, neighbours, addresses, links, sysctls] = lists;
  const unwanted = lists.flat().filter(({ why }) => why === 'unwanted');
  // A route needs its gateway's address, an address its link, a rule its table; a sysctl of a link needs the link, and must be
  // set before an IPv6 address (disable_ipv6).
  const wanted = [links, sysctls, addresses, neighbours, routes, rules].flat().filter(({ why }) => why !== 'unwanted');
  return [...unwanted, ...wanted.toSorted(directRoutesFirst)];
}

/** A route through a gateway can be set only when the gateway is reachable. Stable for everything else. */
function directRoutesFirst(a: Change, b: Change): number {
  if (a.object !== 'route' || b.object !== 'route') return 0;
  return Number(viaGateway(a)) - Number(viaGateway(b));
}

const viaGateway = ({ write }: Change): boolean => write?.kind === 'ip' && write.line.includes(' via ');

/** The writes as steps: neighbouring lines of one family share an `ip -batch`. */
export function stepsOf(changes: readonly Change[]): readonly Step[] {
  const steps: Step[] = [];
  for (const { write } of changes) {
    const last = steps.at(-1);
    if (write === undefined) continue;
    if (write.kind === 'sysctl') steps.push(write);
    else if (last?.kind === 'ip' && last.family === write.family) {
      steps[steps.length - 1] = { ...last, lines: [...last.lines, write.line] };
    } else {
      steps.push({ kind: 'ip', lines: [write.line], ...(write.family ? { family: write.family } : {}) });
    }
  }
  return steps;
}
