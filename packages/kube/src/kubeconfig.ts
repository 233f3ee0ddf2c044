import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { Access } from './access.ts';
import { KubeError } from './error.ts';
import { inClusterAccess, isInCluster } from './in-cluster.ts';
import { pluginAuthorization } from './plugin-credentials.ts';
import { tokenFile } from './token-file.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An entry of clusters, users or contexts, and the file it came from: relative paths are relative to it. */
interface Entry {
  readonly file: string;
  readonly value: Fields;
}

interface Kubeconfig {
  /** All files, as told to people. */
  readonly source: string;
  readonly currentContext: string;
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
  readonly contexts: ReadonlyMap<string, Entry>;
}

export interface AccessOptions {
  /** Path of a kubeconfig. Without it: $KUBECONFIG, then the pod's own service account, then ~/.kube/config. */
  readonly kubeconfig?: string;
  /** Another context than the current one. */
  readonly context?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Find out how to reach the cluster. Throws KubeError `config` that names the file, the field and what would be right.
 */
export async function loadAccess(options: AccessOptions = {}): Promise<Access> {
  const env = options.env ?? process.env;
  const named = options.kubeconfig ?? env['KUBECONFIG'];
  if (named) return accessOf(await readKubeconfig(named.split(delimiter).filter(Boolean)), options.context);
  if (isInCluster(env)) return inClusterAccess(env);
  const home = join(env['HOME'] ?? homedir(), '.kube', 'config');
  try {
    return accessOf(await readKubeconfig([home]), options.context);
  } catch (cause) {
    if (!(cause instanceof KubeError) || !isMissingFile(cause.cause)) throw cause;
    throw new KubeError(
      'config',
      `no way to the cluster is known: no --kubeconfig given, $KUBECONFIG is not set, ${home} does not exist, and this is not a pod ($KUBERNETES_SERVICE_HOST is not set); name a kubeconfig`,
      { cause },
    );
  }
}

const isMissingFile = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Read and merge kubeconfigs: of entries with the same name the first wins, as with kubectl. */
async function readKubeconfig(files: readonly string[]): Promise<Kubeconfig> {
  const maps = {
    clusters: new Map<string, Entry>(),
    users: new Map<string, Entry>(),
    contexts: new Map<string, Entry>(),
  };
  let currentContext = '';
  for (const file of files) {
    const config = await readYaml(file);
    if (!currentContext && typeof config['current-context'] === 'string') currentContext = config['current-context'];
    for (const [list, member] of [
      ['clusters', 'cluster'],
      ['users', 'user'],
      ['contexts', 'context'],
    ] as const) {
      for (const [index, item] of listOf(file, list, config[list]).entries()) {
        const { name } = item;
        if (typeof name !== 'string') {
          throw bad(file, `${list}[${index}].name`, 'is missing; every entry needs a name');
        }
        const value = item[member] ?? {};
        if (!isFields(value))
          throw bad(file, `${list}[${index}].${member}`, `is ${JSON.stringify(value)}, not an object`);
        if (!maps[list].has(name)) maps[list].set(name, { file, value });
      }
    }
  }
  return { source: files.join(delimiter), currentContext, ...maps };
}

async function readYaml(file: string): Promise<Fields> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const why = isMissingFile(cause)
      ? 'does not exist'
      : `cannot be read (${cause instanceof Error ? cause.message : cause})`;
    throw new KubeError('config', `kubeconfig ${file} ${why}; name a file that kubectl can use (--kubeconfig FILE)`, {
      cause,
    });
  }
  let config: unknown;
  try {
    config = await parseYaml(text);
  } catch (cause) {
    throw new KubeError('config', `kubeconfig ${file} is not YAML: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  if (!isFields(config)) {
    throw new KubeError('config', `kubeconfig ${file} holds no configuration; expected apiVersion: v1, kind: Config`);
  }
  return config;
}

/** JSON is YAML too, and much of what programs write; the YAML parser is loaded for the rest. */
async function parseYaml(text: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return (await import('yaml')).parse(text);
  }
}

function listOf(file: string, field: string, value: unknown): readonly Fields[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every(isFields)) return value;
  throw bad(file, field, 'is not a list of objects');
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const bad = (file: string, field: string, what: string, cause?: unknown): KubeError =>
  new KubeError('config', `kubeconfig ${file}: ${field} ${what}`, { cause });

/** Resolve a context to its cluster and user. */
async function accessOf(config: Kubeconfig, wanted: string | undefined): Promise<Access> {
  const name = wanted ?? config.currentContext;
  const known = [...config.contexts.keys()];
  const choice = known.length > 0 ? `one of: ${known.join(', ')}` : 'but contexts is empty';
  if (!name) throw bad(config.source, 'current-context', `is not set; set it to ${choice}`);
  const context = config.contexts.get(name);
  if (!context)
    throw bad(
      config.source,
      wanted ? '--context' : 'current-context',
      `is "${name}", which contexts does not have; it should be ${choice}`,
    );
  const part = (field: 'cluster' | 'user', entries: ReadonlyMap<string, Entry>): Entry => {
    const value = context.value[field];
    const entry = typeof value === 'string' ? entries.get(value) : undefined;
    if (entry) return entry;
    const all = [...entries.keys()].join(', ') || 'nothing';
    throw bad(
      context.file,
      `contexts["${name}"].context.${field}`,
      `is ${JSON.stringify(value)}, which ${field}s does not have (it has ${all})`,
    );
  };
  const cluster = part('cluster', config.clusters);
  const user =
    context.value['user'] === undefined || context.value['user'] === ''
      ? { file: context.file, value: {} }
      : part('user', config.users);
  const where = (list: 'clusters' | 'users', field: string): string => {
    const member = list.slice(0, -1);
    return `${list}["${context.value[member]}"].${member}.${field}`;
  };
  const ca = await pemOf(cluster, where('clusters', 'certificate-authority'), 'certificate-authority');
  const cert = await pemOf(user, where('users', 'client-certificate'), 'client-certificate');
  const key = await pemOf(user, where('users', 'client-key'), 'client-key');
  const serverName = cluster.value['tls-server-name'];
  const namespace = context.value['namespace'];
  return {
    source: config.source,
    server: serverOf(cluster, where('clusters', 'server')),
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    insecureSkipTlsVerify: cluster.value['insecure-skip-tls-verify'] === true,
    ...(typeof serverName === 'string' && serverName && { tlsServerName: serverName }),
    namespace: typeof namespace === 'string' && namespace ? namespace : 'default',
    authorization: authorizationOf(user, (field) => where('users', field), config.source, name),
  };
}

function serverOf({ file, value }: Entry, field: string): string {
  const { server } = value;
  const example = 'it should be a URL such as https://10.0.0.1:6443';
  if (typeof server !== 'string' || server === '') throw bad(file, field, `is missing; ${example}`);
  if (!URL.canParse(server) || !/^(https?|unix):$/.test(new URL(server).protocol)) {
    throw bad(file, field, `is "${server}"; ${example}`);
  }
  return server.replace(/\/+$/, '');
}

/** PEM from `<field>-data` (base64) or from the file that `<field>` names. */
async function pemOf({ file, value }: Entry, where: string, field: string): Promise<string | undefined> {
  const data = value[`${field}-data`];
  if (typeof data === 'string' && data) {
    const text = Buffer.from(data, 'base64').toString();
    if (text.includes('-----BEGIN ')) return text;
    throw bad(file, `${where}-data`, 'is not PEM in base64; write it as base64 -w0 FILE prints it');
  }
  const path = value[field];
  if (typeof path !== 'string' || !path) return undefined;
  try {
    return await readFile(resolve(dirname(file), path), 'utf8');
  } catch (cause) {
    throw bad(
      file,
      where,
      `names ${resolve(dirname(file), path)}, which cannot be read (${cause instanceof Error ? cause.message : cause})`,
      cause,
    );
  }
}

function authorizationOf(
  { file, value }: Entry,
  where: (field: string) => string,
  source: string,
  context: string,
): Access['authorization'] {
  if (value['exec'] !== undefined || value['auth-provider'] !== undefined) return pluginAuthorization(source, context);
  const { token, tokenFile: path, username, password } = value;
  if (typeof path === 'string' && path) {
    const full = resolve(dirname(file), path);
    return tokenFile(full, `kubeconfig ${file}: ${where('tokenFile')} names ${full}, which`);
  }
  const headers: Record<string, string> = {};
  if (typeof token === 'string' && token) headers['authorization'] = `Bearer ${token}`;
  else if (typeof username === 'string' && username) {
    headers['authorization'] = `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
  }
  return async () => headers;
}
