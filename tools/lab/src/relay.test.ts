import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { scratch } from '@ovnkube/testing';
import { expect, it, onTestFinished } from 'vitest';
import { relay } from './relay.ts';

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
}

it('hands bytes on both ways, through two relays back to back, and ends when one side does', async () => {
  const folder = await scratch('relay');
  const echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  await listen(echo, join(folder, 'echo'));
  await listen(relay({ path: join(folder, 'echo') }), join(folder, 'inner'));
  await listen(relay({ path: join(folder, 'inner') }), join(folder, 'outer'));
  const socket = connect({ path: join(folder, 'outer'), allowHalfOpen: true });
  const big = 'x'.repeat(1 << 20);
  socket.end(big);
  let answer = 0;
  for await (const chunk of socket) answer += Buffer.from(chunk).length;
  expect(answer).toBe(big.length);
});

it('closes a connection whose target is not there', async () => {
  const folder = await scratch('relay');
  await listen(relay({ path: join(folder, 'nobody') }), join(folder, 'door'));
  const socket = connect(join(folder, 'door'));
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.once('error', () => undefined);
    socket.resume();
  });
  expect(socket.destroyed).toBe(true);
});
