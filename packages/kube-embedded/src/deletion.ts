import { fieldsOf, type KubeObject, listAt, textAt, withMeta } from './object.ts';
import type { Resource } from './resource.ts';
import { timestamp } from './timestamp.ts';

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

/** `object` with its deletion begun: timestamp, grace period, and the finalizers that the propagation policy asks for. */
export function markedForDeletion(
  resource: Resource,
  object: KubeObject,
  options: DeleteOptions,
  now: number,
): KubeObject {
  const { deletionTimestamp, deletionGracePeriodSeconds } = object.metadata;
  const finalizers = deletionFinalizers(object, options.propagationPolicy);
  const grace = gracePeriod(resource, object, options.gracePeriodSeconds);
  // A second deletion can only shorten the grace period.
  const later = deletionTimestamp !== undefined && grace >= (deletionGracePeriodSeconds ?? 0);
  const terminating = resource.kind === 'Namespace' && {
    status: { ...fieldsOf(object['status']), phase: 'Terminating' },
  };
  return withMeta(
    { ...object, ...terminating },
    {
      finalizers: finalizers.length > 0 ? finalizers : undefined,
      deletionTimestamp: later ? deletionTimestamp : timestamp(now + grace * 1000),
      // Namespaces are emptied, not ended gracefully: they carry no period.
      deletionGracePeriodSeconds:
        resource.kind === 'Namespace' ? undefined : later ? deletionGracePeriodSeconds : grace,
    },
  );
}

/** Nothing holds a marked object back any more: no finalizer, no grace period, no namespace finalizer. */
export const isFinished = ({ kind }: Resource, { metadata, ...object }: KubeObject): boolean =>
  (metadata.finalizers ?? []).length === 0 &&
  (kind !== 'Pod' || (metadata.deletionGracePeriodSeconds ?? 0) === 0) &&
  (kind !== 'Namespace' || listAt(object, 'spec.finalizers').length === 0);

function deletionFinalizers({ metadata }: KubeObject, policy: string | undefined): readonly string[] {
  const others = (metadata.finalizers ?? []).filter((name) => name !== 'foregroundDeletion' && name !== 'orphan');
  if (policy === 'Foreground') return [...others, 'foregroundDeletion'];
  if (policy === 'Orphan') return [...others, 'orphan'];
  return policy === 'Background' ? others : (metadata.finalizers ?? []);
}

/** Seconds a kubelet has to end a pod; 0 for everything else, and for pods that never ran or have ended. */
function gracePeriod({ kind }: Resource, object: KubeObject, asked: number | undefined): number {
  if (kind !== 'Pod') return 0;
  const phase = textAt(object, 'status.phase');
  if (!textAt(object, 'spec.nodeName') || phase === 'Succeeded' || phase === 'Failed') return 0;
  const own = fieldsOf(object['spec'])['terminationGracePeriodSeconds'];
  return Math.max(0, asked ?? (typeof own === 'number' ? own : 30));
}
