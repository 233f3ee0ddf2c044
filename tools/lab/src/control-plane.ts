import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { startEmbedded } from '@ovnkube/kube-embedded';
import { parse } from 'yaml';
import { serviceCidrs, urlHost, wireAddresses } from './address-plan.ts';
import { makeCertificate } from './certificate.ts';
import { innerKubeconfigFile, kubeconfigFile, type Lab } from './lab-config.ts';

/** Where the API server listens on the wire. */
const apiPort = 6443;

/** The unix socket by which the relay on the host's loopback reaches the API server. */
export const apiSocket = ({ state }: Lab): string => state.path('api.sock');

interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: Readonly<Record<string, string>> }[];
}

/**
 * Start the API server of the lab in this process's network namespace, the wire's, and write the kubeconfig that the
 * lab's programs use. It asks for a token: other users of this machine can reach the loopback too.
 */
export async function startControlPlane(lab: Lab, log: (line: string) => void): Promise<void> {
  await rm(apiSocket(lab), { force: true });
  const addresses = wireAddresses(lab.config.families).map(({ address }) => address);
  const server = await startEmbedded({
    listen: [...addresses.map((address) => `${urlHost(address)}:${apiPort}`), `unix:${apiSocket(lab)}`],
    tls: await makeCertificate(lab.state.folder, 'kube-apiserver', ['127.0.0.1', ...addresses]),
    token: randomBytes(24).toString('base64url'),
    kubeconfig: innerKubeconfigFile(lab.state),
    serviceCidrs: serviceCidrs(lab.config.families),
  });
  log(`API server: ${server.url}`);
}

/** The kubeconfig of this machine's users: the inner one, by the relay's port on the loopback. */
export function writeHostKubeconfig({ state }: Lab, port: number): void {
  const inner = parse(readFileSync(innerKubeconfigFile(state), 'utf8')) as Kubeconfig;
  const clusters = inner.clusters.map((entry) => {
    const { protocol } = new URL(entry.cluster['server'] ?? 'http://localhost');
    return { ...entry, cluster: { ...entry.cluster, server: `${protocol}//127.0.0.1:${port}` } };
  });
  writeFileSync(kubeconfigFile(state), `${JSON.stringify({ ...inner, clusters }, null, 2)}\n`, { mode: 0o600 });
}
