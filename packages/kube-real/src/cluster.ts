import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { KubeRealError } from './error.ts';
import { freePorts } from './free-port.ts';
import { type RunningProgram, startProgram } from './program.ts';

export interface RealOptions {
  readonly binaries: Binaries;
  /** For data, keys, certificates and logs. */
  readonly dir: string;
  /** Address of the API server. Default 127.0.0.1, which a node in a network namespace of its own cannot reach. */
  readonly address?: string;
  /** Service ranges, one or two families. Default `10.96.0.0/16`. */
  readonly serviceCidrs?: readonly string[];
  /** Start kube-controller-manager too. Default true. */
  readonly controllerManager?: boolean;
  /** The programs outlive this process. Default false. */
  readonly detached?: boolean;
  /** Told of every process, at once: for clean-up that must not be missed. */
  readonly onProcess?: (pid: number) => void;
  readonly onProgress?: (words: string) => void;
}

/** A running API server with etcd and controllers. */
export interface RealCluster {
  readonly url: string;
  /** Path of a kubeconfig of an administrator. */
  readonly kubeconfig: string;
  readonly pids: readonly number[];
  /** End the API server as `kill -9` does and start it again on the same data and address. */
  restartApiserver(): Promise<void>;
  /** Let etcd forget all history; with restartApiserver() older versions are then answered with 410 Gone. */
  compact(): Promise<void>;
  stop(): Promise<void>;
}

interface Files {
  readonly kubeconfig: string;
  readonly serviceAccountKey: string;
  readonly tokens: string;
  readonly certificate: string;
}

/** Start etcd, kube-apiserver and kube-controller-manager; resolves when the API server is ready. */
export async function startReal(options: RealOptions): Promise<RealCluster> {
  const { binaries, dir, detached = false } = options;
  const address = options.address ?? '127.0.0.1';
  await mkdir(join(dir, 'pki'), { recursive: true, mode: 0o700 });
  const [etcdPort = 0, etcdPeerPort = 0, managerPort = 0] = await freePorts(3);
  const [port = 0] = await freePorts(1, address);
  const token = randomBytes(16).toString('hex');
  const files = await writeFiles(dir, token);
  const url = `https://${address.includes(':') ? `[${address}]` : address}:${port}`;
  const start = (name: keyof Binaries, args: readonly string[]): RunningProgram => {
    const program = startProgram(name, binaries[name], args, { logFile: join(dir, `${name}.log`), detached });
    options.onProcess?.(program.pid);
    return program;
  };
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  options.onProgress?.('starting etcd and kube-apiserver');
  const etcd = start('etcd', etcdArguments(dir, etcdUrl, `http://127.0.0.1:${etcdPeerPort}`));
  const startApiserver = async (): Promise<RunningProgram> => {
    const args = apiserverArguments({ dir, files, address, port, etcdUrl, serviceCidrs: options.serviceCidrs });
    const program = start('kube-apiserver', args);
    await ready(url, token, [etcd, program]);
    return program;
  };
  let apiserver = await startApiserver();
  const ca = await readFile(files.certificate, 'utf8');
  await writeFile(files.kubeconfig, kubeconfig(url, token, ca), { mode: 0o600 });
  const programs = [etcd];
  if (options.controllerManager ?? true) {
    programs.unshift(start('kube-controller-manager', managerArguments(files, managerPort)));
  }
  return {
    url,
    kubeconfig: files.kubeconfig,
    get pids() {
      return [apiserver, ...programs].map(({ pid }) => pid);
    },
    restartApiserver: async () => {
      await apiserver.kill();
      apiserver = await startApiserver();
    },
    compact: () => compactEtcd(etcdUrl),
    stop: async () => {
      await Promise.all(programs.filter((program) => program !== etcd).map((program) => program.stop()));
      // Killed: its graceful end waits for watches. The data goes away with the folder.
      await apiserver.kill();
      await etcd.stop();
    },
  };
}

async function writeFiles(dir: string, token: string): Promise<Files> {
  const files: Files = {
    kubeconfig: join(dir, 'kubeconfig'),
    serviceAccountKey: join(dir, 'pki', 'service-account.key'),
    tokens: join(dir, 'pki', 'tokens.csv'),
    certificate: join(dir, 'pki', 'apiserver.crt'),
  };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(files.serviceAccountKey, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(files.tokens, `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  return files;
}

const etcdArguments = (dir: string, client: string, peer: string): readonly string[] => [
  `--data-dir=${join(dir, 'etcd')}`,
  `--listen-client-urls=${client}`,
  `--advertise-client-urls=${client}`,
  `--listen-peer-urls=${peer}`,
  `--initial-advertise-peer-urls=${peer}`,
  `--initial-cluster=default=${peer}`,
  // The data does not outlive the cluster.
  '--unsafe-no-fsync',
];

interface ApiserverPlace {
  readonly dir: string;
  readonly files: Files;
  readonly address: string;
  readonly port: number;
  readonly etcdUrl: string;
  readonly serviceCidrs: readonly string[] | undefined;
}

/**
 * No kubelet posts a Node's status and no scheduler runs, so the admission plugins that count on them are off: pods need no
 * service account, and Nodes are not tainted.
 */
const apiserverArguments = ({
  dir,
  files,
  address,
  port,
  etcdUrl,
  serviceCidrs,
}: ApiserverPlace): readonly string[] => [
  `--etcd-servers=${etcdUrl}`,
  `--bind-address=${address}`,
  `--advertise-address=${address}`,
  `--secure-port=${port}`,
  `--cert-dir=${join(dir, 'pki')}`,
  `--token-auth-file=${files.tokens}`,
  '--authorization-mode=RBAC',
  '--service-account-issuer=https://kubernetes.default.svc',
  `--service-account-key-file=${files.serviceAccountKey}`,
  `--service-account-signing-key-file=${files.serviceAccountKey}`,
  `--service-cluster-ip-range=${(serviceCidrs ?? ['10.96.0.0/16']).join(',')}`,
  '--disable-admission-plugins=ServiceAccount,TaintNodesByCondition,DefaultTolerationSeconds,Priority',
  '--endpoint-reconciler-type=none',
  '--allow-privileged=true',
];

/** Without what would act on Nodes whose kubelets say nothing. */
const managerArguments = (files: Files, port: number): readonly string[] => [
  `--kubeconfig=${files.kubeconfig}`,
  `--secure-port=${port}`,
  '--bind-address=127.0.0.1',
  '--leader-elect=false',
  `--service-account-private-key-file=${files.serviceAccountKey}`,
  '--controllers=*,-node-lifecycle-controller,-taint-eviction-controller,-node-ipam-controller,-cloud-node-lifecycle-controller,-node-route-controller,-service-lb-controller,-device-taint-eviction-controller',
];

const kubeconfig = (server: string, token: string, ca: string): string => {
  const name = 'real';
  const cluster = { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
};

/**
 * Resolves once /readyz says ok; rejects with the end of the log of a program that ends before. There is nothing to watch
 * before the server listens, so it is asked again after short pauses.
 */
async function ready(
  url: string,
  token: string,
  programs: readonly RunningProgram[],
  timeoutMs = 90_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await isReady(url, token)) return;
    const ended = programs.find((program) => program.hasExited());
    if (ended)
      throw new KubeRealError('start', `${ended.name} ended before the API server was ready:\n${ended.lastWords()}`);
    if (Date.now() > deadline) {
      const words = programs.map((program) => `${program.name}:\n${program.lastWords()}`).join('\n');
      throw new KubeRealError('start', `the API server was not ready within ${timeoutMs / 1000} s\n${words}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const isReady = (url: string, token: string): Promise<boolean> =>
  new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` };
    const asked = request(`${url}/readyz`, { headers, rejectUnauthorized: false, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(false));
    asked.end();
  });

/** etcd's JSON gateway: read the current revision, and compact up to it. */
async function compactEtcd(url: string): Promise<void> {
  const call = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${url}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new KubeRealError('start', `etcd ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  const { header } = await call('range', { key: Buffer.from('\0').toString('base64') });
  const revision = typeof header === 'object' && header !== null && 'revision' in header ? header.revision : '0';
  await call('compaction', { revision, physical: true });
}
