import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Access } from './access.ts';
import { KubeError } from './error.ts';
import { tokenFile } from './token-file.ts';

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether this process runs in a pod that may talk to the API server. */
export const isInCluster = (env: Environment): boolean => Boolean(env['KUBERNETES_SERVICE_HOST']);

/** The access of a pod: its service account's files, and the addresses that every pod's environment has. */
export async function inClusterAccess(env: Environment, folder = serviceAccount): Promise<Access> {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (!port) {
    throw new KubeError(
      'config',
      'in-cluster: $KUBERNETES_SERVICE_PORT is not set, though $KUBERNETES_SERVICE_HOST is; set both, or name a kubeconfig',
    );
  }
  const remedy = 'is the service account token mounted (automountServiceAccountToken)?';
  const read = async (name: string): Promise<string> => {
    const file = join(folder, name);
    try {
      return await readFile(file, 'utf8');
    } catch (cause) {
      throw new KubeError('config', `in-cluster: ${file} cannot be read; ${remedy}`, { cause });
    }
  };
  const ca = await read('ca.crt');
  const namespace = (await read('namespace')).trim();
  const authorization = tokenFile(join(folder, 'token'), `in-cluster: ${join(folder, 'token')}`);
  await authorization();
  return {
    source: 'in-cluster',
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    ca,
    insecureSkipTlsVerify: false,
    namespace,
    authorization,
  };
}
