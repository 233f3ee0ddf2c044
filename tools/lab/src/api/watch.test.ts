import { createServer, type ServerResponse } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { ApiClient } from './client.ts';
import type { KubeObject } from './objects.ts';
import { type Change, follow, waitFor } from './watch.ts';

const object = (name: string, resourceVersion: string): KubeObject => ({
  metadata: { name, namespace: 'default', resourceVersion },
});

/** An API server that answers each list with the next of `lists`, and hands every watch to `onWatch`. */
async function fakeServer(
  lists: readonly { readonly version: string; readonly items: readonly KubeObject[] }[],
  onWatch: (version: string, send: (type: string, object: unknown) => void, response: ServerResponse) => void,
): Promise<ApiClient> {
  let next = 0;
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost');
    response.writeHead(200, { 'content-type': 'application/json' });
    if (searchParams.get('watch') === null) {
      const list = lists[Math.min(next++, lists.length - 1)];
      response.end(JSON.stringify({ metadata: { resourceVersion: list?.version }, items: list?.items }));
      return;
    }
    response.flushHeaders();
    const send = (type: string, event: unknown): void =>
      void response.write(`${JSON.stringify({ type, object: event })}\n`);
    onWatch(searchParams.get('resourceVersion') ?? '', send, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return new ApiClient({ server: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` });
}

const text = (change: Change<KubeObject>): string =>
  change.kind === 'sync'
    ? 'sync'
    : `${change.kind} ${change.object.metadata.name}@${change.object.metadata.resourceVersion}`;

/** Follow until `count` changes came. */
async function firstChanges(client: ApiClient, count: number): Promise<readonly string[]> {
  const changes: string[] = [];
  const end = new AbortController();
  const onChange = (change: Change<KubeObject>): void => {
    changes.push(text(change));
    if (changes.length >= count) end.abort();
  };
  await follow(client, '/api/v1/pods', onChange, end.signal);
  return changes;
}

it('takes a watch that ended up where it was, bookmarks included', async () => {
  const versions: string[] = [];
  const client = await fakeServer([{ version: '5', items: [object('a', '3')] }], (version, send, response) => {
    versions.push(version);
    if (versions.length === 1) {
      send('MODIFIED', object('a', '6'));
      send('BOOKMARK', { metadata: { resourceVersion: '9' } });
      response.end();
    } else send('DELETED', object('a', '10'));
  });
  expect(await firstChanges(client, 4)).toEqual(['set a@3', 'sync', 'set a@6', 'delete a@10']);
  expect(versions).toEqual(['5', '9']);
});

it('lists again after 410 Gone and reports the difference only', async () => {
  const lists = [
    { version: '5', items: [object('a', '1'), object('b', '2')] },
    { version: '8', items: [object('b', '2'), object('c', '7')] },
  ];
  let watches = 0;
  const client = await fakeServer(lists, (_version, send) => {
    if (watches++ === 0) send('ERROR', { kind: 'Status', code: 410, reason: 'Expired' });
  });
  expect(await firstChanges(client, 5)).toEqual(['set a@1', 'set b@2', 'sync', 'delete a@1', 'set c@7']);
});

it('reads an event that comes in pieces', async () => {
  const client = await fakeServer([{ version: '1', items: [] }], (_version, _send, response) => {
    const line = `${JSON.stringify({ type: 'ADDED', object: object('ä', '2') })}\n`;
    const bytes = Buffer.from(line);
    const middle = bytes.indexOf(0xa4);
    response.write(bytes.subarray(0, middle));
    setImmediate(() => response.write(bytes.subarray(middle)));
  });
  expect(await firstChanges(client, 2)).toEqual(['sync', 'set ä@2']);
});

it('says what it waited for in vain', async () => {
  const client = await fakeServer([{ version: '1', items: [] }], () => undefined);
  await expect(
    waitFor(client, '/api/v1/pods', () => false, { what: 'pods Ready', seconds: 0.05 }),
  ).rejects.toThrowError('pods Ready: not within 0.05 s');
});
