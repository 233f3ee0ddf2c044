import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { LabError } from '../error.ts';

/** Where an API server is and how to speak to it: the current context of a kubeconfig. */
export interface ApiEndpoint {
  readonly server: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
  /** The name that the server's certificate must hold, instead of the URL's host. */
  readonly serverName?: string;
}

interface Kubeconfig {
  readonly 'current-context'?: string;
  readonly contexts?: readonly {
    readonly name: string;
    readonly context: { readonly cluster: string; readonly user: string };
  }[];
  readonly clusters?: readonly { readonly name: string; readonly cluster: Readonly<Record<string, string>> }[];
  readonly users?: readonly { readonly name: string; readonly user?: Readonly<Record<string, string>> }[];
}

/** Read the current context of a kubeconfig file. */
export function readKubeconfig(file: string): ApiEndpoint {
  const config = parse(readFileSync(file, 'utf8')) as Kubeconfig | null;
  const context = config?.contexts?.find(({ name }) => name === config['current-context'])?.context;
  const cluster = config?.clusters?.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config?.users?.find(({ name }) => name === context?.user)?.user ?? {};
  const server = cluster?.['server'];
  if (cluster === undefined || server === undefined)
    throw new LabError(
      'API',
      `kubeconfig ${file}: current-context ${config?.['current-context'] ?? '(none)'} names no cluster with a server`,
    );
  return {
    server: server.replace(/\/$/, ''),
    ...material('ca', cluster, 'certificate-authority'),
    ...material('cert', user, 'client-certificate'),
    ...material('key', user, 'client-key'),
    ...(user['token'] && { token: user['token'] }),
    ...(cluster['tls-server-name'] && { serverName: cluster['tls-server-name'] }),
  };
}

/** A PEM text, given in the file itself in base64 or as the name of another file. */
function material(
  key: 'ca' | 'cert' | 'key',
  from: Readonly<Record<string, string>>,
  name: string,
): Partial<ApiEndpoint> {
  const inline = from[`${name}-data`];
  if (inline) return { [key]: Buffer.from(inline, 'base64').toString('utf8') };
  const file = from[name];
  return file ? { [key]: readFileSync(file, 'utf8') } : {};
}
