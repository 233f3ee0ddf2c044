import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { LabError } from './error.ts';
import { innerKubeconfigFile, kubeconfigFile, type Lab } from './lab-config.ts';
import type { Progress } from './progress.ts';

/** A name that the certificates of both API servers hold; the host's 127.0.0.1 is in neither. */
export const serverName = 'kubernetes.default.svc';

/** The unix socket by which the relay on the host's loopback reaches the API server. */
export const apiSocket = ({ state }: Lab): string => state.path('api.sock');

interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: Readonly<Record<string, string>> }[];
}

/** The programs of `--kube real`, built when they are nowhere. */
export async function setupKubernetes(progress: Progress): Promise<void> {
  // Only now: the command line is to start fast.
  const { findBinaries, KubeRealError } = await import('@ovnkube/kube-real');
  try {
    await findBinaries({ build: true, onProgress: (words) => progress.note(words) });
  } catch (cause) {
    if (!(cause instanceof KubeRealError)) throw cause;
    const code = cause.code === 'unavailable' ? 'MISSING_REQUIREMENT' : 'COMMAND_FAILED';
    throw new LabError(code, `--kube real: ${cause.message}`, { cause });
  }
}

/** The kubeconfig of this machine's users: the inner one, by the relay's port on the loopback. */
export function writeHostKubeconfig({ state }: Lab, port: number): void {
  const inner = parse(readFileSync(innerKubeconfigFile(state), 'utf8')) as Kubeconfig;
  const server = `https://127.0.0.1:${port}`;
  const clusters = inner.clusters.map((entry) => ({
    ...entry,
    cluster: { ...entry.cluster, server, 'tls-server-name': serverName },
  }));
  writeFileSync(kubeconfigFile(state), `${JSON.stringify({ ...inner, clusters }, null, 2)}\n`, { mode: 0o600 });
}
