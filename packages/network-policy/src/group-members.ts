import type { Entry, Graph, Table } from '@ovnkube/incremental';
import type { DesiredMember } from '@ovnkube/ovn-db';
import type { Labels } from './label-selector.ts';
import type { PolicyPod } from './policy-pod.ts';
import { includes, placesOf, type Selection, selectionAnchors } from './selection.ts';

/** The pods that a policy is for, and the port groups that their ports go into. */
export interface Subject {
  readonly subject: Selection;
  readonly groups: readonly string[];
}

/** Ports of the pods that policies are for, in the groups of these policies and in those that close them. */
export function groupMembers(
  graph: Graph,
  table: (name: string) => string,
  inputs: {
    readonly pods: Table<PolicyPod>;
    readonly namespaces: Table<Labels>;
    readonly subjects: Table<Subject>;
  },
): Table<DesiredMember> {
  const byAnchor = inputs.subjects.index('anchor', ({ subject }) => selectionAnchors(subject));
  return graph.derive<PolicyPod, DesiredMember>(table('port-group-members'), inputs.pods, (pod, read) => {
    const { port, namespace } = pod;
    if (port === undefined) return [];
    const labels = read.row(inputs.namespaces, namespace);
    const groups = new Set<string>();
    for (const anchor of placesOf(pod, labels))
      for (const [, { subject, groups: own }] of read.lookup(byAnchor, anchor))
        if (includes(subject, pod, labels)) for (const group of own) groups.add(group);
    return [...groups].map(
      (name): Entry<DesiredMember> => [
        `${name}/${port}`,
        { parent: { table: 'Port_Group', name, column: 'ports' }, child: { table: 'Logical_Switch_Port', name: port } },
      ],
    );
  });
}
