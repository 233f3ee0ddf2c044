import { writeSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { readyDescriptor } from './background.ts';

/**
 * Hand every connection on to `target`. A socket belongs to the network namespace of the process that made it, but a unix
 * socket's path does not: two of these, back to back over a unix socket, join two namespaces without a cable.
 */
export function relay(target: { readonly path: string } | { readonly host: string; readonly port: number }): Server {
  // Half-open: a client that has said all it has to say still wants the answer.
  return createServer({ allowHalfOpen: true }, (incoming) => {
    const outgoing = connect({ ...target, allowHalfOpen: true });
    const end = (one: Socket, other: Socket): void => {
      one.on('error', () => other.destroy());
      one.once('close', () => other.destroy());
    };
    end(incoming, outgoing);
    end(outgoing, incoming);
    incoming.pipe(outgoing).pipe(incoming);
  });
}

// As a program: `relay.ts SOCKET PORT` listens on 127.0.0.1 and hands on to the unix socket.
if (import.meta.main) {
  const [path = '', port = '0'] = process.argv.slice(2);
  const server = relay({ path });
  server.listen({ host: '127.0.0.1', port: Number(port) }, () => {
    const address = server.address();
    writeSync(readyDescriptor, `${typeof address === 'object' ? address?.port : port}\n`);
  });
}
