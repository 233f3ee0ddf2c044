import { connect, createServer, type Socket } from 'node:net';

/** A TCP relay in front of a server, so that a test can cut connections and refuse new ones. */
export interface Relay {
  readonly port: number;
  /** End every connection now. */
  cut(): void;
  /** Refuse new connections until told otherwise, and end those there are. */
  block(blocked: boolean): void;
  close(): Promise<void>;
}

export async function startRelay(target: { readonly host: string; readonly port: number }): Promise<Relay> {
  const open = new Set<Socket>();
  let blocked = false;
  const server = createServer((client) => {
    if (blocked) {
      client.destroy();
      return;
    }
    const upstream = connect(target.port, target.host);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one);
      one.on('data', (data) => other.write(data));
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut,
    block: (value) => {
      blocked = value;
      if (value) cut();
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}
