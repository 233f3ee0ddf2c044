import { expect, it, vi } from 'vitest';
import { AnnotationWriter } from './annotation-writer.ts';
import { KubeClient } from './client.ts';
import { resources } from './resources.ts';
import type { TransportRequest } from './transport.ts';

const access = { server: 'http://127.0.0.1:1' } as KubeClient['access'];

/** A server that answers each patch with the next status, and keeps what was written by 200s. */
function server(statuses: number[]) {
  const written: Record<string, unknown>[] = [];
  const client = new KubeClient(access, {
    async transport(request: TransportRequest) {
      const status = statuses.shift() ?? 200;
      const { metadata } = JSON.parse(request.body ?? '{}') as { metadata: { annotations: Record<string, unknown> } };
      if (status === 200) written.push(metadata.annotations);
      const text = JSON.stringify(
        status === 200 ? { metadata: {} } : { kind: 'Status', code: status, message: 'no', reason: 'x' },
      );
      return {
        status,
        body: (async function* () {
          yield text;
        })(),
        cancel: () => undefined,
      };
    },
  });
  return { client, written };
}
const clock = { now: () => 0, sleep: () => Promise.resolve() };
const ref = { namespace: 'default', name: 'p', uid: '1' };

it('tries again until it is written, and puts what was asked for meanwhile into the next write', async () => {
  const { client, written } = server([500, 503, 200]);
  const writer = new AnnotationWriter(client, resources.pods, { clock });
  writer.write(ref, { a: '1' });
  writer.write(ref, { b: '2' });
  await vi.waitFor(() => expect(Object.assign({}, ...written)).toEqual({ a: '1', b: '2' }));
});

it.each([404, 409])('forgets an object that is gone or replaced (%i)', async (status) => {
  const { client, written } = server([status, 200]);
  const writer = new AnnotationWriter(client, resources.pods, { clock });
  writer.write(ref, { a: '1' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(written).toEqual([]);
  writer.write(ref, { a: '2' });
  await vi.waitFor(() => expect(written).toEqual([{ a: '2' }]));
});
