import type { Entry, Graph, Index, Table } from '@ovnkube/incremental';
import type { Family } from '@ovnkube/ipam';
import { type DesiredRow, desiredEntry } from '@ovnkube/ovn-db';
import { type AddressSetMember, addressSetName, addressSetRow, atNumber } from './address-set.ts';
import { anyOf, deriveDistinct } from './distinct-rows.ts';
import type { Labels } from './label-selector.ts';
import type { Ownership } from './owner.ts';
import type { Addressed } from './policy-pod.ts';
import { includes, numbersOf, placesOf, type Selection, selectionAnchors } from './selection.ts';

/** A set that is there for a selection, or for one of its port numbers. */
interface NamedSet {
  readonly family: Family;
  readonly name: string;
}

interface FiledSelection {
  readonly selection: Selection;
  /** The address sets of the selection; those of a selection with a port go by numbers instead. */
  readonly sets: readonly NamedSet[];
}

/** What one pod is in. */
interface PodSets {
  readonly members: readonly AddressSetMember[];
  readonly numbers: readonly PortNumber[];
}

/** That some pod of a selection with a port has it at this number. */
export interface PortNumber {
  readonly selection: string;
  readonly number: number;
}

export interface SelectedPods {
  /** The rows of all address sets with their addresses. */
  readonly rows: Table<DesiredRow>;
  /** Memberships in address sets, each a row by itself. */
  readonly members: Table<AddressSetMember>;
  /** Numbers by selection key. */
  readonly numbers: Index<PortNumber>;
}

/**
 * Address sets of selections, and who is in them. Selections are filed under what labels must have to be selected, so
 * that a pod looks only at those that have a requirement in common with it, however many there are; and a change of one
 * pod is a change of its own memberships.
 */
export function selectedPods(
  graph: Graph,
  table: (name: string) => string,
  owner: Ownership,
  inputs: {
    /** Selections by key, each once. */
    readonly selections: Table<Selection>;
    /** Pods by `<namespace>/<name>`, and nodes by name. */
    readonly selectable: Table<Addressed>;
    readonly namespaces: Table<Labels>;
  },
): SelectedPods {
  const setsOf = (selected: string): readonly NamedSet[] =>
    owner.network.families.map((family) => ({ family, name: addressSetName(owner, selected, family) }));
  const filed = graph.derive<Selection, FiledSelection>(
    table('filed-selections'),
    inputs.selections,
    (selection, _, key) => [[key, { selection, sets: selection.port ? [] : setsOf(key) }]],
  );
  const byAnchor = filed.index('anchor', ({ selection }) => selectionAnchors(selection));

  const podSets = graph.derive<Addressed, PodSets>(table('pod-sets'), inputs.selectable, (pod, read, key) => {
    const labels = pod.namespace === undefined ? undefined : read.row(inputs.namespaces, pod.namespace);
    const members: AddressSetMember[] = [];
    const numbers: PortNumber[] = [];
    const join = (sets: readonly NamedSet[]): void => {
      for (const { family, name } of sets)
        for (const address of pod.addresses)
          if (address.family === family) members.push({ set: name, address: address.text });
    };
    for (const anchor of placesOf(pod, labels))
      for (const [, { selection, sets }] of read.lookup(byAnchor, anchor)) {
        if (!includes(selection, pod, labels)) continue;
        join(sets);
        if (selection.port === undefined) continue;
        for (const number of numbersOf(pod, selection.port)) {
          numbers.push({ selection: selection.key, number });
          join(setsOf(atNumber(selection.key, number)));
        }
      }
    return members.length + numbers.length === 0 ? [] : [[key, { members, numbers }]];
  });

  const memberKey = ({ set, address }: AddressSetMember): string => `${set}/${address}`;
  const members = graph.derive<PodSets, AddressSetMember>(
    table('address-set-members'),
    podSets,
    (sets) => sets.members.map((member): Entry<AddressSetMember> => [memberKey(member), member]),
    anyOf, // Two pods may have an address for a moment, when it is given on.
  );
  const numbers = deriveDistinct<PodSets, PortNumber>(graph, table('port-numbers'), podSets, (sets) =>
    sets.numbers.map((each): Entry<PortNumber> => [atNumber(each.selection, each.number), each]),
  );

  const bySet = members.index('set', ({ set }) => [set]);
  const setRows = <Row>(name: string, from: Table<Row>, selectedOf: (row: Row) => string | undefined) =>
    graph.derive<Row, DesiredRow>(table(name), from, (row, read) => {
      const selected = selectedOf(row);
      if (selected === undefined) return [];
      return setsOf(selected).map(({ family, name: set }) => {
        const addresses = read.lookup(bySet, set).map(([, { address }]) => address);
        return desiredEntry(addressSetRow(owner, selected, family, set, addresses));
      });
    });
  const rows = graph.union<DesiredRow>(table('address-sets'), [
    setRows('selection-sets', filed, ({ selection }) => (selection.port ? undefined : selection.key)),
    setRows('port-sets', numbers, ({ selection, number }) => atNumber(selection, number)),
  ]);
  return { rows, members, numbers: numbers.index('selection', ({ selection }) => [selection]) };
}
