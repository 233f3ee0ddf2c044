import { addressRange, type Expression, type ExpressionPacket, parseOvnExpression } from './ovn-expression.ts';

/** A row of a northbound database, as translators desire it. */
export interface NorthboundRow {
  readonly table: string;
  readonly name: string;
  readonly columns: { readonly [column: string]: unknown };
  readonly parents?: readonly { readonly table: string; readonly name: string; readonly column: string }[];
}

/** That one row is in a set column of another. */
export interface NorthboundMember {
  readonly parent: { readonly table: string; readonly name: string; readonly column: string };
  readonly child: { readonly table: string; readonly name: string };
}

/** One end of a connection: an address, and the port that it is at unless it is outside of the cluster. */
export interface ProbeEnd {
  readonly address: string;
  readonly port?: string;
}

/** The first packet of a connection. */
export interface Probe {
  readonly from: ProbeEnd;
  readonly to: ProbeEnd;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP' | 'ICMP';
  readonly port: number;
}

/** What became of a packet on one side: the ACLs that decided, in the order of their tiers. */
export interface SideVerdict {
  readonly allowed: boolean;
  readonly by: readonly string[];
}

interface Acl {
  readonly row: NorthboundRow;
  readonly matches: Expression;
  readonly priority: number;
  readonly tier: number;
  readonly action: string;
}

const expressions = new Map<string, Expression>();

function expressionOf(text: string): Expression {
  const known = expressions.get(text) ?? parseOvnExpression(text);
  expressions.set(text, known);
  return known;
}

/**
 * Judges connections by rows of ACL, Address_Set and Port_Group, in the plainest way that ovn-nb(5) allows: no flows, no
 * conntrack, every ACL looked at. Throws where the rows refer to something that is not there, or contradict each other.
 */
export class AclJudge {
  readonly #addressSets = new Map<string, readonly string[]>();
  readonly #portGroups = new Map<string, Set<string>>();
  readonly #acls = new Map<string, Acl[]>();
  readonly #switchOf: (port: string) => string;

  constructor(
    rows: Iterable<NorthboundRow>,
    members: Iterable<NorthboundMember>,
    /** The logical switch of a port. */
    switchOf: (port: string) => string,
  ) {
    this.#switchOf = switchOf;
    for (const row of rows) this.#take(row);
    for (const { parent, child } of members) this.#group(parent.name).add(child.name);
    for (const acls of this.#acls.values()) for (const { row } of acls) this.#checkParents(row);
  }

  /** Whether a connection comes about: the ports of both ends have to let it pass. */
  allows(probe: Probe): boolean {
    return this.egress(probe).allowed && this.ingress(probe).allowed;
  }

  egress(probe: Probe): SideVerdict {
    return probe.from.port === undefined ? outside : this.#side('from-lport', probe.from.port, probe);
  }

  ingress(probe: Probe): SideVerdict {
    return probe.to.port === undefined ? outside : this.#side('to-lport', probe.to.port, probe);
  }

  #take(row: NorthboundRow): void {
    const { table, name, columns } = row;
    if (table === 'Address_Set') this.#addressSets.set(name, texts(columns['addresses']));
    else if (table === 'Port_Group') this.#portGroups.set(name, new Set());
    else if (table === 'ACL') {
      const { priority, tier = 0, match, action, direction } = columns;
      if (typeof columns['name'] === 'string' && columns['name'].length > 63) throw new Error(`${name}: name too long`);
      const acl = {
        row,
        matches: expressionOf(String(match)),
        priority: Number(priority),
        tier: Number(tier),
        action: String(action),
      };
      const way = String(direction);
      this.#acls.set(way, [...(this.#acls.get(way) ?? []), acl]);
    }
  }

  #checkParents({ name, parents = [] }: NorthboundRow): void {
    if (parents.length === 0) throw new Error(`ACL ${name} is in nothing`);
    for (const parent of parents) if (parent.table === 'Port_Group') this.#group(parent.name);
  }

  #group(name: string): Set<string> {
    const group = this.#portGroups.get(name);
    if (group === undefined) throw new Error(`there is no port group ${name}`);
    return group;
  }

  #side(direction: string, port: string, probe: Probe): SideVerdict {
    const packet = packetOf(probe);
    const by: string[] = [];
    const tiers = new Map<number, Acl[]>();
    for (const acl of this.#acls.get(direction) ?? []) {
      if (!this.#isOn(acl, this.#switchOf(port)) || !acl.matches(packet, this)) continue;
      tiers.set(acl.tier, [...(tiers.get(acl.tier) ?? []), acl]);
    }
    for (const [, acls] of [...tiers].sort(([a], [b]) => a - b)) {
      const first = Math.max(...acls.map(({ priority }) => priority));
      const deciding = acls.filter(({ priority }) => priority === first);
      const verdicts = new Set(deciding.map(({ action }) => (action.startsWith('allow') ? 'allow' : action)));
      by.push(...deciding.map(({ row }) => row.name));
      const [verdict, other] = verdicts;
      if (other !== undefined) throw new Error(`${by.join(', ')} contradict each other at priority ${first}`);
      if (verdict !== 'pass') return { allowed: verdict === 'allow', by };
    }
    return { allowed: true, by };
  }

  /** An ACL counts on a switch that holds it, or of which a port is in the port group that holds it. */
  #isOn({ row }: Acl, onSwitch: string): boolean {
    return (row.parents ?? []).some(({ table, name }) =>
      table === 'Logical_Switch'
        ? name === onSwitch
        : [...this.#group(name)].some((each) => this.#switchOf(each) === onSwitch),
    );
  }

  /** For expressions. */
  addressSet(name: string): Iterable<string> {
    const addresses = this.#addressSets.get(name);
    if (addresses === undefined) throw new Error(`there is no address set ${name}`);
    return addresses;
  }

  /** For expressions. */
  portGroup(name: string): ReadonlySet<string> {
    return this.#group(name);
  }
}

const outside: SideVerdict = { allowed: true, by: [] };

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

function packetOf({ from, to, protocol, port }: Probe): ExpressionPacket {
  const source = addressRange(from.address);
  const target = addressRange(to.address);
  if (source.bits !== target.bits) throw new Error(`${from.address} and ${to.address} are of two families`);
  const ip = source.bits === 32 ? 'ip4' : 'ip6';
  const l4 = protocol === 'ICMP' ? (ip === 'ip4' ? 'icmp4' : 'icmp6') : protocol.toLowerCase();
  return {
    predicates: new Set(['ip', ip, l4]),
    fields: new Map<string, bigint | string>([
      [`${ip}.src`, source.first],
      [`${ip}.dst`, target.first],
      ['inport', from.port ?? 'router'],
      ['outport', to.port ?? 'router'],
      ...(protocol === 'ICMP' ? [] : ([[`${l4}.dst`, BigInt(port)]] as const)),
    ]),
  };
}
