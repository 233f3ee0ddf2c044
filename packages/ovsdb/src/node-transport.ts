import { connect as connectSocket, type Socket, type TcpNetConnectOpts } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Remote } from './remote.ts';
import type { Clock, Stream, StreamEvents, TlsOptions, Transport } from './transport.ts';

const receiveBytes = 1 << 17;

/** Sockets of Node. What is written in one turn of the event loop goes out in one write. */
export const nodeTransport: Transport = {
  open(remote, tls, events) {
    let socket: Socket;
    try {
      socket = remote.kind === 'ssl' ? openTls(remote, tls, events) : openPlain(remote, events);
    } catch (error) {
      // Unreadable keys are reported by an exception; to the caller it is a connection that failed.
      const immediate = setImmediate(() => events.closed(asError(error)));
      return { write: () => undefined, destroy: () => clearImmediate(immediate) };
    }
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure = error;
    });
    let over = false;
    socket.on('close', () => {
      if (over) return;
      over = true;
      events.closed(failure);
    });
    socket.on('end', () => socket.destroy());
    return stream(socket, () => {
      over = true;
    });
  },
};

function openPlain(remote: Remote, events: StreamEvents): Socket {
  // One buffer for all that is received: the frames copy what they keep.
  const onread = {
    buffer: Buffer.allocUnsafe(receiveBytes),
    callback(count: number, bytes: Uint8Array): boolean {
      events.data(bytes.subarray(0, count));
      return true;
    },
  };
  const tcp = (host: string, port: number): TcpNetConnectOpts => ({ host, port, noDelay: true, onread });
  const socket =
    remote.kind === 'unix'
      ? connectSocket({ path: remote.path, onread })
      : connectSocket(tcp(remote.host, remote.port));
  return socket.once('connect', () => events.opened());
}

function openTls(remote: Exclude<Remote, { kind: 'unix' }>, tls: TlsOptions | undefined, events: StreamEvents): Socket {
  const socket = connectTls({
    host: remote.host,
    port: remote.port,
    ...(tls && { ca: tls.caCertificate }),
    ...(tls?.privateKey !== undefined && { key: tls.privateKey }),
    ...(tls?.certificate !== undefined && { cert: tls.certificate }),
    // ovs-pki's certificates name no hosts; OVS verifies the chain only.
    checkServerIdentity: () => undefined,
  });
  socket.setNoDelay(true);
  socket.on('data', (chunk) => events.data(chunk));
  return socket.once('secureConnect', () => events.opened());
}

function stream(socket: Socket, forget: () => void): Stream {
  let waiting = '';
  let scheduled: NodeJS.Immediate | undefined;
  const flush = (): void => {
    scheduled = undefined;
    if (!socket.destroyed) socket.write(waiting);
    waiting = '';
  };
  return {
    write(text) {
      waiting += text;
      scheduled ??= setImmediate(flush);
    },
    destroy() {
      forget();
      if (scheduled) clearImmediate(scheduled);
      socket.destroy();
    },
  };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** The system's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
