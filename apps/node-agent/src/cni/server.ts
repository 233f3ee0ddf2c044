import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import {
  CniError,
  type Command,
  checkCommand,
  type Environment,
  errorObject,
  latestVersion,
  type NetworkConfiguration,
  parseEnvironment,
  parseNetworkConfiguration,
  parseServerRequest,
  type Result,
} from '@ovnkube/cni';
import { answerOf } from './operations.ts';

/** What serves one request after it has been read; only ADD has a result. */
export type CniHandler = (
  environment: Environment,
  configuration: NetworkConfiguration,
  signal: AbortSignal,
) => Promise<Result | undefined>;

/** What became of a request. */
export interface CniRequestReport {
  readonly command: Command | undefined;
  readonly containerId: string;
  readonly pod: string;
  readonly seconds: number;
  readonly error: unknown;
}

export interface CniServerOptions {
  /** Path of the unix socket. Its folder is made for root alone where it does not exist. */
  readonly socket: string;
  readonly handle: CniHandler;
  /** As kubelet has it: two minutes. */
  readonly timeoutMs?: number;
  readonly onRequest?: (report: CniRequestReport) => void;
}

/** A server that listens. */
export interface CniServer {
  /** Stops listening, aborts what is under way, and resolves when the last answer is written. */
  close(): Promise<void>;
}

const requestTimeoutMs = 120_000;

/** A request is the configuration of one network and a few variables; a megabyte is an attack or a mistake. */
const longestBody = 1 << 20;

/** Listen. Rejects when another process listens on the socket already. */
export async function startCniServer(options: CniServerOptions): Promise<CniServer> {
  const { socket } = options;
  const stop = new AbortController();
  const server = createServer((request, response) => {
    void serve(options, request, response, stop.signal);
  });
  await mkdir(dirname(socket), { recursive: true, mode: 0o700 });
  if (await isListening(socket)) throw new Error(`${socket}: another process serves CNI requests there`);
  await rm(socket, { force: true });
  await listen(server, socket);
  await chmod(socket, 0o600);
  return {
    async close() {
      stop.abort(new CniError('try-again-later', 'the node agent is stopping'));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The socket's file is made inside of listen(), with the mask of that moment: there is no instant at which others may connect. */
function listen(server: Server, socket: string): Promise<void> {
  const mask = process.umask(0o177);
  try {
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(socket, () => resolve());
    });
  } finally {
    process.umask(mask);
  }
}

function isListening(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

async function serve(
  options: CniServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  stopping: AbortSignal,
): Promise<void> {
  const started = performance.now();
  const given = new AbortController();
  // The runtime gave up: it kills the plugin, whose connection closes before there is an answer.
  response.once('close', () => {
    if (!response.writableEnded) given.abort(new CniError('try-again-later', 'the runtime gave the request up'));
  });
  const timeoutMs = options.timeoutMs ?? requestTimeoutMs;
  const timeout = setTimeout(() => given.abort(new DOMException('timeout', 'TimeoutError')), timeoutMs);
  let read: { environment: Environment; configuration: NetworkConfiguration } | undefined;
  let error: unknown;
  try {
    read = readRequest(await bodyOf(request));
    checkCommand(read.environment.command, read.configuration);
    const signal = AbortSignal.any([given.signal, stopping]);
    answer(response, 200, answerOf(await options.handle(read.environment, read.configuration, signal)));
  } catch (thrown) {
    error = thrown;
    answer(response, 400, errorObject(thrown, read?.configuration.cniVersion ?? latestVersion));
  } finally {
    clearTimeout(timeout);
  }
  const args = read?.environment.args;
  options.onRequest?.({
    command: read?.environment.command,
    containerId: read?.environment.containerId ?? '',
    pod: args ? `${args['K8S_POD_NAMESPACE'] ?? ''}/${args['K8S_POD_NAME'] ?? ''}` : '',
    seconds: (performance.now() - started) / 1000,
    error,
  });
}

function readRequest(body: string): { environment: Environment; configuration: NetworkConfiguration } {
  const { env, config } = parseServerRequest(body);
  return {
    environment: parseEnvironment(env),
    configuration: parseNetworkConfiguration(Buffer.from(config, 'base64').toString('utf8')),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  if (request.method !== 'POST' || request.url !== '/') {
    throw new CniError('decoding-failure', `${request.method} ${request.url}: the server answers POST / only`);
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > longestBody) throw new CniError('decoding-failure', `the request is longer than ${longestBody} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    Connection: 'close',
  };
  response.writeHead(status, headers).end(text);
}
