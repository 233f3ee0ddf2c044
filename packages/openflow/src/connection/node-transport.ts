import { connect as connectSocket, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Remote } from './remote.ts';
import type { Clock, Stream, StreamEvents, TlsOptions, Transport } from './transport.ts';

const receiveBytes = 1 << 17;

/** Sockets of Node. What is written in one turn of the event loop goes out together. */
export const nodeTransport: Transport = {
  open(remote, tls, events) {
    let socket: Socket;
    try {
      socket = remote.kind === 'ssl' ? openTls(remote, tls, events) : openPlain(remote, events);
    } catch (error) {
      // Unreadable keys are reported by an exception; to the caller it is a connection that failed.
      const immediate = setImmediate(() => events.closed(asError(error)));
      return { write: () => undefined, waiting: 0, destroy: () => clearImmediate(immediate) };
    }
    let failure: Error | undefined;
    let over = false;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('drain', () => events.drained());
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      if (over) return;
      over = true;
      events.closed(failure);
    });
    return stream(socket, () => {
      over = true;
    });
  },
};

function openPlain(remote: Remote, events: StreamEvents): Socket {
  // One buffer for all that is received: decoded messages keep nothing of it.
  const onread = {
    buffer: Buffer.allocUnsafe(receiveBytes),
    callback(count: number, bytes: Uint8Array): boolean {
      events.data(bytes.subarray(0, count));
      return true;
    },
  };
  const socket =
    remote.kind === 'unix'
      ? connectSocket({ path: remote.path, onread })
      : connectSocket({ host: remote.host, port: remote.port, noDelay: true, onread });
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
  let corked = false;
  const uncork = (): void => {
    corked = false;
    if (!socket.destroyed) socket.uncork();
  };
  return {
    write(bytes) {
      if (socket.destroyed) return;
      if (!corked) {
        corked = true;
        socket.cork();
        process.nextTick(uncork);
      }
      socket.write(bytes);
    },
    get waiting() {
      return socket.writableNeedDrain ? socket.writableLength : 0;
    },
    destroy() {
      forget();
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
