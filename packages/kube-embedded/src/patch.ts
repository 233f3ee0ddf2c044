import { applyPatch, type Operation } from 'rfc6902';
import { ApiError, badRequest } from './api-error.ts';
import { type Fields, isFields } from './object.ts';
import { strategicMerge } from './strategic-merge.ts';

/** RFC 7386: null removes, objects are merged, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Fields = isFields(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

/** RFC 6902. A failing operation is answered with 422, as the real server does. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('error decoding patch: a JSON patch is a list of operations');
  const operations = patch.filter(isOperation);
  if (operations.length !== patch.length) throw badRequest('error decoding patch: an operation lacks op or path');
  const result = structuredClone(target);
  const failure = applyPatch(result, operations).find((error) => error !== null);
  if (failure) throw new ApiError('Invalid', `the server rejected our request: JSON patch: ${failure.message}`, {});
  return result;
}

const isOperation = (value: unknown): value is Operation =>
  isFields(value) && typeof value['op'] === 'string' && typeof value['path'] === 'string';

export const patchTypes = {
  'application/merge-patch+json': 'merge',
  'application/json-patch+json': 'json',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
  'application/apply-patch+json': 'apply',
} as const;

export type PatchType = (typeof patchTypes)[keyof typeof patchTypes];

/** Apply a patch of any kind but server-side apply. */
export function patched(type: Exclude<PatchType, 'apply'>, kind: string, target: unknown, patch: unknown): unknown {
  switch (type) {
    case 'merge':
      return mergePatch(target, patch);
    case 'json':
      return jsonPatch(target, patch);
    case 'strategic':
      return strategicMerge(kind, target, patch);
  }
}
