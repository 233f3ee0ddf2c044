import { expect, it } from 'vitest';
import { type EmbeddedServer, startEmbedded } from './index.ts';

/** A server, a call that answers with JSON, and a watch that gives its events one by one. */
async function api(options: Parameters<typeof startEmbedded>[0] = {}) {
  const server: EmbeddedServer = await startEmbedded(options);
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(server.url + path, { method, ...(body && { body: JSON.stringify(body) }) });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const create = (name: string, data = {}) =>
    call('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name }, data });
  const watch = async (query: string) => {
    const abort = new AbortController();
    const response = await fetch(`${server.url}/api/v1/configmaps?watch=true&${query}`, { signal: abort.signal });
    const lines = lineReader(response);
    return {
      next: async () => {
        const { value } = await lines.next();
        return value === undefined ? undefined : JSON.parse(value);
      },
      stop: () => abort.abort(),
    };
  };
  return { server, call, create, watch };
}

async function* lineReader(response: Response): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

const path = '/api/v1/configmaps';

it('serves pages of one version, whatever is written in between', async () => {
  const { server, call, create } = await api();
  for (const name of ['a', 'b', 'c', 'd']) await create(name);
  const first = (await call('GET', `${path}?limit=2`)).body;
  expect(first.metadata.remainingItemCount).toBe(2);
  await call('DELETE', '/api/v1/namespaces/default/configmaps/c');
  await create('b2');
  const second = (await call('GET', `${path}?limit=2&continue=${first.metadata.continue}`)).body;
  const names = [...first.items, ...second.items].map((item) => item.metadata.name);
  expect(names).toEqual(['a', 'b', 'c', 'd']);
  expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  expect(second.metadata.continue).toBeUndefined();
  server.compact();
  const late = await call('GET', `${path}?limit=2&continue=${first.metadata.continue}`);
  expect([late.status, late.body.reason]).toEqual([410, 'Expired']);
  await server.stop();
});

it('watches from a version, and says 410 in the stream when that is forgotten', async () => {
  const { server, create, watch } = await api();
  const { body } = await create('a');
  await create('b');
  const events = await watch(`resourceVersion=${body.metadata.resourceVersion}`);
  expect(await events.next()).toMatchObject({ type: 'ADDED', object: { kind: 'ConfigMap', metadata: { name: 'b' } } });
  events.stop();
  server.compact();
  const late = await watch(`resourceVersion=${body.metadata.resourceVersion}`);
  expect(await late.next()).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
  expect(await late.next()).toBeUndefined();
  await server.stop();
});

it('forgets by itself what is older than its history holds', async () => {
  const { server, create, watch } = await api({ historyLimit: 4 });
  const { body } = await create('a');
  for (const name of ['b', 'c', 'd', 'e', 'f']) await create(name);
  const late = await watch(`resourceVersion=${body.metadata.resourceVersion}`);
  expect(await late.next()).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  await server.stop();
});

it('sends bookmarks that follow the writes of other resources', async () => {
  const { server, call, create, watch } = await api({ bookmarkMs: 5 });
  const { body } = await create('a');
  const events = await watch(`resourceVersion=${body.metadata.resourceVersion}&allowWatchBookmarks=true`);
  const made = await call('POST', '/api/v1/namespaces', { metadata: { name: 'elsewhere' } });
  for (;;) {
    const event = await events.next();
    expect(event.type).toBe('BOOKMARK');
    if (event.object.metadata.resourceVersion === made.body.metadata.resourceVersion) break;
  }
  events.stop();
  await server.stop();
});

it('sends what there is first, and a mark after it, when asked to', async () => {
  const { server, create, watch } = await api();
  await create('a');
  const events = await watch('sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true');
  expect(await events.next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } });
  expect(await events.next()).toMatchObject({
    type: 'BOOKMARK',
    object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
  });
  events.stop();
  await server.stop();
});

it('ends a watch after its timeout', async () => {
  const { server, watch } = await api();
  const events = await watch('resourceVersion=0&timeoutSeconds=1');
  expect(await events.next()).toBeUndefined();
  await server.stop();
});

it('listens on several addresses and on a unix socket, and asks for the token', async () => {
  const { scratch } = await import('@ovnkube/testing');
  const { request } = await import('node:http');
  const socketPath = `${await scratch('api')}/s`;
  const server = await startEmbedded({ listen: ['127.0.0.1:0', `unix:${socketPath}`], token: 'sesame' });
  const status = (authorization: string) =>
    new Promise((resolve, reject) => {
      const asked = request({ socketPath, path: '/api', headers: { authorization } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.once('error', reject).end();
    });
  expect([await status('Bearer sesame'), await status('Bearer guess'), await status('')]).toEqual([200, 401, 401]);
  expect((await fetch(`${server.url}/version`)).status).toBe(401);
  await server.stop();
});

it('refuses an address that is none', async () => {
  await expect(startEmbedded({ listen: ['nowhere'] })).rejects.toThrow(
    'listen: "nowhere" is neither HOST:PORT nor unix:PATH',
  );
});

it('deletes dependents first when asked to, and lets them go when asked to', async () => {
  const { server, call, create } = await api();
  const owner = (await create('owner')).body;
  const base = '/api/v1/namespaces/default/configmaps';
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid };
  await call('POST', base, { metadata: { name: 'dependent', ownerReferences: [reference], finalizers: ['x/hold'] } });
  const foreground = await call('DELETE', `${base}/owner?propagationPolicy=Foreground`);
  expect(foreground.body.metadata.finalizers).toEqual(['foregroundDeletion']);
  await new Promise((resolve) => setImmediate(resolve));
  expect((await call('GET', `${base}/dependent`)).body.metadata.deletionTimestamp).toBeDefined();
  expect((await call('GET', `${base}/owner`)).status).toBe(200);
  const events = await fetch(`${server.url}${path}?watch=true&fieldSelector=metadata.name%3Downer`);
  const lines = lineReader(events);
  await lines.next();
  await call('PUT', `${base}/dependent`, { metadata: { name: 'dependent' } });
  expect(JSON.parse((await lines.next()).value ?? '{}').type).toBe('DELETED');
  expect((await call('GET', `${base}/dependent`)).status).toBe(404);
  await server.stop();
});
