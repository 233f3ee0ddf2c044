import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { ApiClient } from './api/client.ts';
import type { Node, Pod } from './api/objects.ts';
import { Scheduler } from './scheduler.ts';

const node = (name: string, ready: boolean, labels: Record<string, string> = {}): Node => ({
  metadata: { name, labels },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

const pod = (name: string, nodeSelector: Record<string, string> = {}): Pod => ({
  metadata: { name, namespace: 'default' },
  spec: { containers: [], nodeSelector },
});

/** An API server that accepts bindings, and the list of those it got. */
async function bindings(): Promise<{ client: ApiClient; bound: string[]; settled(count: number): Promise<void> }> {
  const bound: string[] = [];
  let notify = (): void => undefined;
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => {
      bound.push(`${JSON.parse(text).metadata.name} → ${JSON.parse(text).target.name}`);
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end('{}');
      notify();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const settled = async (count: number): Promise<void> => {
    while (bound.length < count) await new Promise<void>((resolve) => (notify = resolve));
  };
  return { client: new ApiClient({ server: `http://127.0.0.1:${port}` }), bound, settled };
}

it('spreads pods over the Ready nodes that their selector allows', async () => {
  const { client, bound, settled } = await bindings();
  const scheduler = new Scheduler(client, () => undefined);
  scheduler.nodeChanged({ kind: 'set', object: node('node1', true) });
  scheduler.nodeChanged({ kind: 'set', object: node('node2', true, { disk: 'fast' }) });
  scheduler.nodeChanged({ kind: 'set', object: node('node3', false) });
  for (const name of ['a', 'b', 'c', 'd']) scheduler.podChanged({ kind: 'set', object: pod(name) });
  scheduler.podChanged({ kind: 'set', object: pod('e', { disk: 'fast' }) });
  await settled(5);
  expect(bound.sort()).toEqual(['a → node1', 'b → node2', 'c → node1', 'd → node2', 'e → node2']);
});

it('keeps a pod until a node is there for it, and binds it once', async () => {
  const { client, bound, settled } = await bindings();
  const scheduler = new Scheduler(client, () => undefined);
  scheduler.podChanged({ kind: 'set', object: pod('a') });
  scheduler.nodeChanged({ kind: 'set', object: node('node1', false) });
  expect(bound).toEqual([]);
  scheduler.nodeChanged({ kind: 'set', object: node('node1', true) });
  scheduler.nodeChanged({ kind: 'set', object: node('node1', true) });
  await settled(1);
  scheduler.podChanged({ kind: 'set', object: pod('b') });
  await settled(2);
  expect(bound).toEqual(['a → node1', 'b → node1']);
});
