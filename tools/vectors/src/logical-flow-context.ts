import type { Allocator, EncodeContext, SymbolDefinition } from '@ovnkube/logical-flow';
import { LAYOUT_26_03, OVN_26_03 } from '@ovnkube/logical-flow';

/** Symbols that only OVN's test program has, for errors in definitions. */
const faulty: readonly SymbolDefinition[] = [
  { kind: 'field', name: 'bad_prereq', field: 'xreg0', prerequisites: 'xyzzy' },
  { kind: 'field', name: 'self_recurse', field: 'xreg0', prerequisites: 'self_recurse != 0' },
  { kind: 'field', name: 'mutual_recurse_1', field: 'xreg0', prerequisites: 'mutual_recurse_2 != 0' },
  { kind: 'field', name: 'mutual_recurse_2', field: 'xreg0', prerequisites: 'mutual_recurse_1 != 0' },
  { kind: 'string', name: 'big_string', field: 'xreg0' },
];

/** The symbols of OVN's test program. */
export const symbols = OVN_26_03.symbols.extend(faulty);

const addressSets = new Map<string, readonly string[]>([
  ['set1', ['10.0.0.1', '10.0.0.2', '10.0.0.3']],
  ['set2', ['::1', '::2', '::3']],
  ['set3', ['00:00:00:00:00:01', '00:00:00:00:00:02', '00:00:00:00:00:03']],
  ['set4', []],
]);
const portGroups = new Map<string, readonly string[]>([
  ['0_pg1', ['lsp1', 'lsp2', 'lsp3']],
  ['0_pg_empty', []],
]);
const ports = new Map([
  ['eth0', 5],
  ['eth1', 6],
  ['LOCAL', 0xfffe],
  ['lsp1', 0x11],
]);

/** The sets and ports that OVN's test program hard-wires. */
export const references = {
  addressSet: (name: string) => addressSets.get(name),
  portGroup: (name: string) => portGroups.get(name),
  lookupPort: (name: string) => ports.get(name),
  isChassisResident: (name: string) => name === 'eth1',
};

/** An allocator that the whole run shares, as the test program's does. */
export class TextAllocator implements Allocator {
  readonly ids = new Map<string, number>();

  assign(description: string): number {
    const id = this.ids.get(description) ?? this.ids.size + 1;
    this.ids.set(description, id);
    return id;
  }
}

/** The parameters with which the test program encodes: ingress table 10 of a switch, nothing beyond plain OpenFlow. */
export function encodeContext(groups: Allocator, meters: Allocator): EncodeContext {
  return {
    layout: LAYOUT_26_03,
    pipeline: 'ingress',
    isSwitch: true,
    datapathKey: 0xabcdef,
    uuid: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    lookupPort: references.lookupPort,
    tunnelPort: references.lookupPort,
    isLocalPort: (name) => ports.has(name),
    groups,
    meters,
    features: {},
    commonNatZone: 'dnat',
    hasCollectorSet: (id) => id === 0 || id === 200,
    outputTable: LAYOUT_26_03.tables.saveInport,
    arpNsExplicitOutput: true,
    registerConsolidation: true,
  };
}
