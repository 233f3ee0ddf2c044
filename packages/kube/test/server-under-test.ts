import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbedded } from '@ovnkube/kube-embedded';
import { findBinaries, missingReason, startReal } from '@ovnkube/kube-real';
import { guardProcess, scratch } from '@ovnkube/testing';
import { KubeClient, loadAccess } from '../src/index.ts';
import { type Relay, startRelay } from './tcp-relay.ts';

/** An API server as the client's tests see it: behind a relay that can cut it off. */
export interface ServerUnderTest {
  /** Goes through the relay. */
  readonly client: KubeClient;
  /** Another client of the same server, not through the relay. */
  readonly direct: KubeClient;
  readonly relay: Relay;
  /** A kubeconfig of the server itself. */
  readonly kubeconfig: string;
  /** Make every resourceVersion until now too old to watch from. */
  expire(): Promise<void>;
  stop(): Promise<void>;
}

async function behindRelay(
  kubeconfig: string,
  dir: string,
  rest: Pick<ServerUnderTest, 'expire' | 'stop'>,
): Promise<ServerUnderTest> {
  const text = await readFile(kubeconfig, 'utf8');
  const access = await loadAccess({ kubeconfig });
  const { hostname, port } = new URL(access.server);
  const relay = await startRelay({ host: hostname, port: Number(port) });
  const proxied = join(dir, 'proxied.kubeconfig');
  await writeFile(proxied, text.replace(`:${port}"`, `:${relay.port}"`));
  return {
    client: new KubeClient(await loadAccess({ kubeconfig: proxied }), { fieldManager: 'suite' }),
    direct: new KubeClient(access, { fieldManager: 'somebody-else' }),
    relay,
    kubeconfig,
    expire: rest.expire,
    stop: async () => {
      await relay.close();
      await rest.stop();
    },
  };
}

export async function embeddedServer(): Promise<ServerUnderTest> {
  const dir = await scratch('kube-embedded');
  const kubeconfig = join(dir, 'kubeconfig');
  const server = await startEmbedded({ kubeconfig, token: 'secret', tls: 'self-signed' });
  return behindRelay(kubeconfig, dir, {
    expire: async () => server.compact(),
    stop: () => server.stop(),
  });
}

export async function realServer(): Promise<ServerUnderTest> {
  const binaries = await findBinaries();
  if (!binaries) throw new Error(missingReason());
  const dir = await scratch('kube-real');
  const cluster = await startReal({ binaries, dir, onProcess: guardProcess });
  return behindRelay(cluster.kubeconfig, dir, {
    expire: async () => {
      await cluster.compact();
      await cluster.restartApiserver();
    },
    stop: () => cluster.stop(),
  });
}
