import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { scratch } from '@ovnkube/testing';
import { parseJson, stringifyJson } from '../src/index.ts';
import { isJsonObject } from '../src/json.ts';
import { JsonFrames } from '../src/json-frames.ts';

/** Stands between a client and a real server, and breaks what it is told to break. */
export interface CuttingProxy {
  readonly remote: string;
  /** Bytes that the server sent over the current connection. */
  readonly received: number;
  /** Cut the current or next connection once the server has sent this many bytes in all over it. Once. */
  cutAt(bytes: number): void;
  /** Answer these methods as a server would that does not know them. */
  refuse(methods: readonly string[]): void;
  /** Pass bytes on in chunks of this size. */
  chunk(bytes: number): void;
  /** Send the client a message that the server did not send. */
  inject(text: string): void;
  close(): Promise<void>;
}

/** What ovsdb-server answers; a test holds it against a real one. */
export const unknownMethod = 'unknown method';

export async function startProxy(target: string): Promise<CuttingProxy> {
  const path = join(await scratch('proxy'), 's');
  const sockets = new Set<Socket>();
  let cut = Infinity;
  let refused: readonly string[] = [];
  let chunkSize = Infinity;
  let received = 0;
  let current: Socket | undefined;
  const server: Server = createServer((client) => {
    const upstream = connect(target);
    received = 0;
    current = client;
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    const frames = new JsonFrames({
      message(text) {
        const message = parseJson(text);
        const { method, id = null } = isJsonObject(message) ? message : {};
        if (typeof method === 'string' && refused.includes(method))
          client.write(stringifyJson({ id, error: unknownMethod }));
        else upstream.write(text);
      },
      rows: () => undefined,
    });
    client.on('data', (bytes) => frames.push(bytes));
    upstream.on('data', (bytes) => {
      const left = cut - received;
      const passed = bytes.subarray(0, Math.max(0, left));
      received += bytes.length;
      for (let at = 0; at < passed.length; at += chunkSize) client.write(passed.subarray(at, at + chunkSize));
      if (left > bytes.length) return;
      cut = Infinity;
      // What was passed on arrives, and then the end: as when a server dies.
      client.end();
      upstream.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    remote: `unix:${path}`,
    get received() {
      return received;
    },
    cutAt(bytes) {
      cut = bytes;
    },
    refuse(methods) {
      refused = methods;
    },
    chunk(bytes) {
      chunkSize = bytes;
    },
    inject(text) {
      current?.write(text);
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
