import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { inClusterAccess } from './in-cluster.ts';
import { loadAccess } from './kubeconfig.ts';

const folder = mkdtempSync(join(tmpdir(), 'ovnkube-kubeconfig-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let file: string;
let counter = 0;
beforeEach(() => {
  counter += 1;
  file = join(folder, `config-${counter}`);
});

const pem = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const config = (cluster: object, user: object = {}, context: object = {}) => ({
  'current-context': 'lab',
  clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', ...cluster } }],
  users: [{ name: 'u', user }],
  contexts: [{ name: 'lab', context: { cluster: 'c', user: 'u', ...context } }],
});
const load = (value: unknown, context?: string) => {
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
  return loadAccess({ kubeconfig: file, ...(context && { context }) });
};

it('reads server, trust, identity and namespace', async () => {
  writeFileSync(join(folder, 'ca.pem'), pem);
  const access = await load(
    config(
      { server: 'https://10.0.0.1:6443/', 'certificate-authority': 'ca.pem', 'tls-server-name': 'kubernetes' },
      { 'client-certificate-data': base64(pem), token: 'secret' },
      { namespace: 'shop' },
    ),
  );
  expect(access).toMatchObject({
    server: 'https://10.0.0.1:6443',
    ca: pem,
    cert: pem,
    tlsServerName: 'kubernetes',
    namespace: 'shop',
  });
  expect(await access.authorization()).toEqual({ authorization: 'Bearer secret' });
});

it('reads a token from a file, relative to the kubeconfig', async () => {
  writeFileSync(join(folder, 'token'), 'from-file\n');
  expect(await (await load(config({}, { tokenFile: 'token' }))).authorization()).toEqual({
    authorization: 'Bearer from-file',
  });
  const missing = await load(config({}, { tokenFile: 'no-token' }));
  await expect(missing.authorization()).rejects.toThrow(
    `users["u"].user.tokenFile names ${join(folder, 'no-token')}, which cannot be read`,
  );
});

it('merges several files: the first entry of a name wins', async () => {
  const second = `${file}-2`;
  writeFileSync(file, JSON.stringify({ contexts: config({}).contexts, 'current-context': 'lab' }));
  writeFileSync(second, JSON.stringify({ ...config({ server: 'https://second:1' }), 'current-context': 'other' }));
  const access = await loadAccess({ env: { KUBECONFIG: `${file}:${second}` } });
  expect(access.server).toBe('https://second:1');
});

it.each<[string, unknown, string | undefined, string]>([
  ['no YAML', 'a: [', undefined, 'is not YAML'],
  ['nothing in it', '', undefined, 'holds no configuration; expected apiVersion: v1, kind: Config'],
  [
    'no current context',
    { ...config({}), 'current-context': '' },
    undefined,
    'current-context is not set; set it to one of: lab',
  ],
  [
    'a context that is not there',
    config({}),
    'prod',
    '--context is "prod", which contexts does not have; it should be one of: lab',
  ],
  [
    'a cluster that is not there',
    config({}, {}, { cluster: 'x' }),
    undefined,
    'contexts["lab"].context.cluster is "x", which clusters does not have (it has c)',
  ],
  [
    'a user that is not there',
    config({}, {}, { user: 'x' }),
    undefined,
    'contexts["lab"].context.user is "x", which users does not have (it has u)',
  ],
  [
    'no server',
    config({ server: '' }),
    undefined,
    'clusters["c"].cluster.server is missing; it should be a URL such as https://10.0.0.1:6443',
  ],
  [
    'a server that is no URL',
    config({ server: '10.0.0.1:6443' }),
    undefined,
    'clusters["c"].cluster.server is "10.0.0.1:6443"; it should be a URL',
  ],
  [
    'a certificate that is none',
    config({ 'certificate-authority-data': 'Zm9v' }),
    undefined,
    'clusters["c"].cluster.certificate-authority-data is not PEM in base64',
  ],
  ['a file that is not there', config({}, { 'client-key': 'key.pem' }), undefined, 'users["u"].user.client-key names'],
  ['an entry without a name', { clusters: [{ cluster: {} }] }, undefined, 'clusters[0].name is missing'],
  ['a list that is none', { contexts: {} }, undefined, 'contexts is not a list'],
])('names file and field for %s', async (_, value, context, words) => {
  const loading = load(value, context);
  await expect(loading).rejects.toMatchObject({ code: 'config' });
  await expect(loading).rejects.toThrow(`kubeconfig ${file}`);
  await expect(loading).rejects.toThrow(words);
});

it('says which ways to a cluster it has tried', async () => {
  await expect(loadAccess({ env: { HOME: folder } })).rejects.toThrow(
    /no --kubeconfig given, \$KUBECONFIG is not set, .*\.kube\/config does not exist, and this is not a pod/,
  );
});

it('reads a pod’s own files, and says which is missing', async () => {
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  const mounted = join(folder, 'serviceaccount');
  mkdirSync(mounted);
  writeFileSync(join(mounted, 'ca.crt'), pem);
  writeFileSync(join(mounted, 'namespace'), 'kube-system');
  await expect(inClusterAccess(env, mounted)).rejects.toThrow(`in-cluster: ${join(mounted, 'token')} cannot be read`);
  writeFileSync(join(mounted, 'token'), 'pod');
  const access = await inClusterAccess(env, mounted);
  expect(access).toMatchObject({ server: 'https://[fd00::1]:443', namespace: 'kube-system', ca: pem });
  await expect(inClusterAccess({ KUBERNETES_SERVICE_HOST: 'h' }, mounted)).rejects.toThrow(
    '$KUBERNETES_SERVICE_PORT is not set',
  );
});

it('asks a credential plugin where the kubeconfig names one', async () => {
  const status = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: 'from-plugin' },
  };
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'echo',
    args: [JSON.stringify(status)],
    interactiveMode: 'Never',
  };
  const access = await load(config({}, { exec }));
  expect(await access.authorization()).toEqual({ authorization: 'Bearer from-plugin' });
});
