import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CniVersion, latestVersion } from '@ovnkube/cni';

/** What the configuration file says, and where it goes. */
export interface ConfigurationSettings {
  /** A runtime's folder, /etc/cni/net.d on a real node. */
  readonly folder: string;
  /** The server's socket. */
  readonly socket: string;
  readonly cniVersion?: CniVersion;
}

const fileName = '10-ovn-kubernetes.conf';

/**
 * Tell the runtime that the node is ready: its kubelet takes pods as soon as the file is there, so it must not be before ADD can
 * be served. It appears whole or not at all, and is not touched when it is right. Returns whether it was written.
 */
export async function publishConfiguration(settings: ConfigurationSettings): Promise<boolean> {
  const { folder, socket, cniVersion = latestVersion } = settings;
  const document = { cniVersion, name: 'ovn-kubernetes', type: 'ovn-k8s-cni-overlay', serverSocket: socket };
  const text = `${JSON.stringify(document, undefined, 2)}\n`;
  const path = join(folder, fileName);
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return false;
  // Runtimes read *.conf, *.conflist and *.json: a name that ends otherwise is no configuration.
  const written = join(folder, `.${fileName}.${process.pid}.tmp`);
  await writeFile(written, text, { mode: 0o600 });
  await rename(written, path);
  return true;
}

/** Take the node's readiness back: kubelets start no more pods. Pods that run are not concerned. */
export async function withdrawConfiguration({ folder }: Pick<ConfigurationSettings, 'folder'>): Promise<void> {
  await rm(join(folder, fileName), { force: true });
}
