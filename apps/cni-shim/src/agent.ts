import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import { CniError } from '@ovnkube/cni';

/** The server's answer. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The agent does not run: nothing listens on its socket. Every other failure is a CniError. */
export class AgentAbsent extends CniError {
  constructor(socket: string, cause: unknown) {
    super('try-again-later', `the node agent does not run: nothing listens on ${socket}`, { cause });
  }
}

/** EAGAIN is what connect(2) says of a unix socket whose queue of connections is full: the agent is there, and busy. */
const absent: readonly string[] = ['ENOENT', 'ECONNREFUSED'];
const busy: readonly string[] = ['EAGAIN', 'ECONNRESET', 'EPIPE'];

/**
 * POST `body` to the agent's socket. HTTP by hand over `node:net`: loading `node:http` costs more than the whole exchange
 * (README, "Start-up"), and an HTTP/1.0 request is answered without chunks, up to the end of the connection.
 */
export function post(socket: string, body: string, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const connection = connect(socket);
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      connection.destroy();
      reject(new CniError('try-again-later', `the node agent did not answer within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    connection.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(connectionError(socket, error));
    });
    connection.on('data', (chunk) => chunks.push(chunk));
    connection.on('end', () => {
      clearTimeout(timer);
      const answer = parseAnswer(Buffer.concat(chunks));
      if (answer) resolve(answer);
      else
        reject(new CniError('try-again-later', 'the node agent ended the connection before its answer was complete'));
    });
    // No half-close: a closed connection is how the agent learns that the runtime gave up.
    connection.write(
      `POST / HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
}

function connectionError(socket: string, error: NodeJS.ErrnoException): CniError {
  const code = error.code ?? '';
  if (absent.includes(code)) return new AgentAbsent(socket, error);
  if (busy.includes(code)) {
    return new CniError('try-again-later', `the node agent closed or refused the connection (${code})`, {
      cause: error,
    });
  }
  return new CniError('io-failure', `cannot talk to the node agent on ${socket}: ${error.message}`, { cause: error });
}

function parseAnswer(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...headers] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) return undefined;
  const body = bytes.subarray(end + 4);
  const length = headers.flatMap((line) => /^content-length: *(\d+)$/i.exec(line)?.[1] ?? []).map(Number)[0];
  if (length !== undefined && body.length < length) return undefined;
  return { status, body: body.toString('utf8') };
}
