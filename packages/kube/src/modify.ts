import { Backoff } from './backoff.ts';
import type { ApiObject, CallOptions, KubeClient, WriteOptions } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { isKubeError, KubeError } from './error.ts';
import type { ObjectRef, Resource } from './resource.ts';

/** An object by name; with `uid`, that very object and not a later one of the same name. */
export interface TargetRef extends ObjectRef {
  readonly uid?: string | undefined;
}

export interface PatchAnnotationsOptions extends CallOptions {
  /** Annotations and the values (undefined: absent) that they must have for the write to be right. */
  readonly expected?: Readonly<Record<string, string | undefined>>;
}

/**
 * Set (or, with undefined, remove) annotations of an object and touch nothing else of it. Rejects with `conflict` when the
 * object is not the one of the reference's `uid`, or an annotation has not its expected value.
 */
export async function patchAnnotations(
  client: KubeClient,
  resource: Resource<unknown>,
  ref: TargetRef,
  annotations: Readonly<Record<string, string | undefined>>,
  options: PatchAnnotationsOptions = {},
): Promise<ApiObject> {
  const { expected = {}, signal } = options;
  const values = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key, value ?? null]));
  if (Object.keys(expected).length > 0) {
    return modify(
      client,
      resource,
      ref,
      ({ metadata }) => {
        const found = metadata.annotations ?? {};
        const other = Object.keys(expected).find((key) => found[key] !== expected[key]);
        if (other === undefined) return { metadata: { annotations: values } };
        throw new KubeError(
          'conflict',
          `${resource.kind} ${ref.name}: annotation ${other} is ${found[other]} now, and was ${expected[other]} when this was decided`,
        );
      },
      { signal },
    );
  }
  const patch = { metadata: { ...(ref.uid && { uid: ref.uid }), annotations: values } };
  try {
    return await client.patch(resource, ref, patch, { signal });
  } catch (error) {
    // A uid in a patch that is not the object's is refused as a change of an immutable field.
    if (isKubeError(error, 'invalid') && error.details.fields?.includes('metadata.uid'))
      throw replaced(resource, ref, error);
    throw error;
  }
}

const replaced = (resource: Resource<unknown>, { name, uid }: TargetRef, cause?: unknown): KubeError =>
  new KubeError('conflict', `${resource.kind} ${name}: the one with uid ${uid} is gone; another has its name now`, {
    cause,
  });

export interface ModifyOptions extends WriteOptions {
  /** Attempts altogether. Default 8. */
  readonly attempts?: number;
  readonly clock?: Clock;
}

/**
 * Read an object, decide on a merge patch, and write it unless somebody else wrote in between; in that case read and decide
 * again. `decide` returns undefined when nothing is to be done. Resolves with the object as it is afterwards; rejects with
 * `conflict` when the last attempt met one too, or when the object is not the one of `uid`.
 */
export async function modify(
  client: KubeClient,
  resource: Resource<unknown>,
  ref: TargetRef,
  decide: (current: ApiObject) => object | undefined,
  options: ModifyOptions = {},
): Promise<ApiObject> {
  const { attempts = 8, clock = systemClock, ...write } = options;
  const backoff = new Backoff({ firstMs: 20, maximumMs: 1000 });
  for (let attempt = 1; ; attempt++) {
    const current = await client.get(resource, ref, { signal: options.signal });
    if (ref.uid !== undefined && ref.uid !== current.metadata.uid) throw replaced(resource, ref);
    const patch = decide(current);
    if (patch === undefined) return current;
    const { metadata } = { metadata: {}, ...patch };
    const guarded = { ...patch, metadata: { ...metadata, resourceVersion: current.metadata.resourceVersion } };
    try {
      return await client.patch(resource, ref, guarded, write);
    } catch (error) {
      if (!isKubeError(error, 'conflict') || attempt >= attempts) throw error;
    }
    await clock.sleep(backoff.next(), options.signal);
  }
}
