import { randomBytes } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { startEmbedded } from '@ovnkube/kube-embedded';
import { findBinaries, startReal } from '@ovnkube/kube-real';
import { serviceCidrs, urlHost, wireAddresses } from './address-plan.ts';
import { apiSocket, serverName } from './api-access.ts';
import { makeCertificate } from './certificate.ts';
import { LabError } from './error.ts';
import { innerKubeconfigFile, type Lab } from './lab-config.ts';
import { relay } from './relay.ts';

/** Where the embedded API server listens on the wire. */
const apiPort = 6443;

/**
 * Start the API server of the lab in this process's network namespace, the wire's, and write the kubeconfig that the
 * lab's programs use. It asks for a token: other users of this machine can reach the loopback too.
 */
export async function startControlPlane(lab: Lab, log: (line: string) => void): Promise<void> {
  await rm(apiSocket(lab), { force: true });
  const url = lab.config.kube === 'real' ? await startRealServer(lab, log) : await startEmbeddedServer(lab);
  log(`API server: ${url}`);
}

async function startEmbeddedServer(lab: Lab): Promise<string> {
  const addresses = wireAddresses(lab.config.families).map(({ address }) => address);
  const { url } = await startEmbedded({
    listen: [...addresses.map((address) => `${urlHost(address)}:${apiPort}`), `unix:${apiSocket(lab)}`],
    tls: await makeCertificate(lab.state.folder, 'kube-apiserver', [...addresses], serverName),
    token: randomBytes(24).toString('base64url'),
    kubeconfig: innerKubeconfigFile(lab.state),
    serviceCidrs: serviceCidrs(lab.config.families),
  });
  return url;
}

async function startRealServer(lab: Lab, log: (line: string) => void): Promise<string> {
  const [address] = wireAddresses(lab.config.families);
  const binaries = await findBinaries();
  if (address === undefined || binaries === undefined)
    throw new LabError('MISSING_REQUIREMENT', '--kube real: its programs went away after the set-up');
  const cluster = await startReal({
    binaries,
    dir: lab.state.path('kube'),
    address: address.address,
    serviceCidrs: serviceCidrs(lab.config.families),
    detached: true,
    onProcess: (pid) => lab.state.recordProcess('Kubernetes', pid),
    onProgress: log,
  });
  copyFileSync(cluster.kubeconfig, innerKubeconfigFile(lab.state));
  const { hostname, port } = new URL(cluster.url);
  const door = relay({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
  await new Promise<void>((resolve) => door.listen(apiSocket(lab), resolve));
  return cluster.url;
}
