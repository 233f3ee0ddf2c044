import { onlyMember } from './admin-port.ts';
import { BadField, isAbsent, listAt, objectAt } from './field.ts';
import { type IpBlock, subnetAt } from './ip-block.ts';
import { everything, labelSelectorAt } from './label-selector.ts';
import { distinct, type Peers } from './policy.ts';
import { type Selection, selectionOf } from './selection.ts';

export type Side = 'from' | 'to';

/** Reads what selects pods all over the cluster: `namespaces`, or `pods` with both selectors. Subjects are written so, and peers. */
export function namespacedSelectionAt(value: unknown, field: string): Selection {
  const [kind, inner] = onlyMember(value, field, ['namespaces', 'pods']);
  return namespacedSelection(kind, inner, `${field}.${kind}`);
}

function namespacedSelection(kind: string, inner: unknown, field: string): Selection {
  if (kind === 'namespaces')
    return selectionOf({ kind: 'namespaces', selector: labelSelectorAt(inner, field) }, everything);
  const { namespaceSelector, podSelector } = objectAt(inner, field);
  const selector = isAbsent(namespaceSelector)
    ? everything
    : labelSelectorAt(namespaceSelector, `${field}.namespaceSelector`);
  const labels = isAbsent(podSelector) ? everything : labelSelectorAt(podSelector, `${field}.podSelector`);
  return selectionOf({ kind: 'namespaces', selector }, labels);
}

const kinds: Readonly<Record<Side, readonly string[]>> = {
  from: ['namespaces', 'pods'],
  to: ['namespaces', 'pods', 'nodes', 'networks', 'domainNames'],
};

/** Reads the peers of a rule, of which there must be one. Throws BadField: a rule is understood as a whole or not at all. */
export function sidePeersAt(value: unknown, field: string, side: Side, namedPorts: boolean): Peers {
  const list = listAt(value, field);
  if (list.length === 0) throw new BadField(field, 'there is no peer: give at least one');
  const peers = list.map((item, at) => peerAt(item, `${field}[${at}]`, kinds[side], namedPorts));
  return { pods: distinct(peers.flatMap(({ pods }) => pods)), blocks: peers.flatMap(({ blocks }) => blocks) };
}

function peerAt(value: unknown, field: string, known: readonly string[], namedPorts: boolean): Peers {
  const [kind, inner] = onlyMember(value, field, known);
  const at = `${field}.${kind}`;
  if (kind === 'namespaces' || kind === 'pods') return { pods: [namespacedSelection(kind, inner, at)], blocks: [] };
  if (kind === 'domainNames') throw new BadField(at, 'domain names are not supported here');
  if (namedPorts) throw new BadField(at, `${kind} have no named ports: tell the ports by number`);
  if (kind === 'nodes') return { pods: [selectionOf({ kind: 'nodes' }, labelSelectorAt(inner, at))], blocks: [] };
  const networks = listAt(inner, at);
  if (networks.length === 0) throw new BadField(at, 'there is no network: give at least one');
  const blocks = networks.map((item, index): IpBlock => ({ cidr: subnetAt(item, `${at}[${index}]`), except: [] }));
  return { pods: [], blocks };
}
