import { CniError } from './error.ts';

/** `CNI_ARGS`, read: `K8S_POD_NAMESPACE=default;K8S_POD_NAME=web` as a record. */
export type CniArgs = Readonly<Record<string, string>>;

/** The pod that a kubelet's runtime calls for. */
export interface PodArgs {
  readonly namespace: string;
  readonly name: string;
  /** The pod's UID; absent with runtimes older than containerd 1.6 and CRI-O 1.18. */
  readonly uid?: string;
}

/** Read `CNI_ARGS`. Throws `invalid-environment` at a pair without `=`, an empty key, or a key given twice. */
export function parseCniArgs(text: string): CniArgs {
  const args = new Map<string, string>();
  for (const pair of text.split(';')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const key = pair.slice(0, at);
    if (at < 1) {
      throw new CniError(
        'invalid-environment',
        `CNI_ARGS has ${JSON.stringify(pair)}: pairs are KEY=VALUE, separated by ";"`,
      );
    }
    if (args.has(key)) throw new CniError('invalid-environment', `CNI_ARGS has the key ${JSON.stringify(key)} twice`);
    args.set(key, pair.slice(at + 1));
  }
  return Object.fromEntries(args);
}

/** The text that `parseCniArgs` reads back. */
export const formatCniArgs = (args: CniArgs): string =>
  Object.entries(args)
    .map(([key, value]) => `${key}=${value}`)
    .join(';');

/** The pod in the arguments. Throws `invalid-environment` when its name or namespace is missing. */
export function podOf(args: CniArgs): PodArgs {
  const namespace = args['K8S_POD_NAMESPACE'] ?? '';
  const name = args['K8S_POD_NAME'] ?? '';
  const uid = args['K8S_POD_UID'] ?? '';
  const absent = [...(namespace === '' ? ['K8S_POD_NAMESPACE'] : []), ...(name === '' ? ['K8S_POD_NAME'] : [])];
  if (absent.length > 0) {
    throw new CniError('invalid-environment', `CNI_ARGS does not name the pod: ${absent.join(' and ')} missing`);
  }
  return { namespace, name, ...(uid === '' ? {} : { uid }) };
}
