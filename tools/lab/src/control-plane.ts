import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import { urlHost, wireAddresses } from './address-plan.ts';
import { LabError } from './error.ts';
import { innerKubeconfigFile, kubeconfigFile, type Lab } from './lab-config.ts';
import { relay } from './relay.ts';

/** Where the API server listens on the wire. */
const apiPort = 6443;

interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: Readonly<Record<string, string>> }[];
}

/**
 * Start the API server of the lab in this process's network namespace, write the kubeconfig that the lab's programs use,
 * and open the unix socket through which the relay on the host's loopback reaches it.
 */
export async function startControlPlane(lab: Lab, log: (line: string) => void): Promise<void> {
  const [first] = wireAddresses(lab.config.families);
  if (first === undefined) throw new LabError('BAD_FLAG', '--ip-families: must name one family at least');
  const url = `http://${urlHost(first.address)}:${apiPort}`;
  log(`API ${lab.config.kube} at ${url}`);
  const socket = lab.state.path('api.sock');
  await rm(socket, { force: true });
  const door = relay({ host: first.address, port: apiPort });
  await new Promise<void>((resolve) => door.listen(socket, resolve));
}

/** The kubeconfig of this machine's users: the inner one, by the relay's port on the loopback. */
export function writeKubeconfigs({ state }: Lab, port: number): void {
  const inner = parse(readFileSync(innerKubeconfigFile(state), 'utf8')) as Kubeconfig;
  const clusters = inner.clusters.map((entry) => {
    const { protocol } = new URL(entry.cluster['server'] ?? 'http://localhost');
    return { ...entry, cluster: { ...entry.cluster, server: `${protocol}//127.0.0.1:${port}` } };
  });
  writeFileSync(kubeconfigFile(state), stringify({ ...inner, clusters }), { mode: 0o600 });
}
