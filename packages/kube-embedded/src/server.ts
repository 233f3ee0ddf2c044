import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { parse as parseYaml } from 'yaml';
import { Api } from './api.ts';
import { ApiError, badRequest } from './api-error.ts';
import { selfSigned } from './certificate.ts';
import { type ApiRequest, handle } from './handler.ts';
import { kubeconfig } from './kubeconfig.ts';
import { startControllers } from './lifecycle.ts';
import type { KubeObject } from './object.ts';
import { decodeProtobuf } from './protobuf.ts';
import { Registry } from './registry.ts';
import { ServiceAddresses } from './service-addresses.ts';
import { Store } from './store.ts';
import { streamWatch } from './watch-response.ts';

export interface EmbeddedOptions {
  /** Where to listen: `127.0.0.1:0` (any free port; the default), `[::1]:6443`, `unix:/path`. The first is the kubeconfig's server. */
  readonly listen?: readonly string[];
  /** Ask every request for this bearer token; without it anybody may do anything. kubectl sends it over https only. */
  readonly token?: string;
  /**
   * Speak https: with a certificate made now for `localhost` and the listening hosts, or with PEM of a key and a
   * certificate; `ca` goes into the kubeconfig, the certificate itself without it.
   */
  readonly tls?: 'self-signed' | { readonly key: string; readonly cert: string; readonly ca?: string };
  /** Write a kubeconfig here, readable by the owner only. */
  readonly kubeconfig?: string;
  /** Service ranges, one or two families; the first is the default family. Default `10.96.0.0/16`. */
  readonly serviceCidrs?: readonly string[];
  /** How many changes of one resource can be watched from afterwards. Default 20,000. */
  readonly historyLimit?: number;
  /** Milliseconds between bookmarks of a watch. Default one minute. */
  readonly bookmarkMs?: number;
}

/** A running server. */
export interface EmbeddedServer {
  /** URL of the first address, such as `http://127.0.0.1:34567`. */
  readonly url: string;
  /** A kubeconfig for that URL, as text. */
  readonly kubeconfig: string;
  /** The resourceVersion of the last write. */
  readonly resourceVersion: string;
  /** Forget the history, so that older versions are answered with 410 Gone. */
  compact(): void;
  /** Cut all connections, watches too, as a load balancer or a restart would. */
  disconnect(): void;
  /** Requests answered so far, by method and path, without queries. For tests that count writes. */
  readonly requests: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

const bodyLimit = 3 * 1024 * 1024;
const firstNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Start an API server in this process. */
export async function startEmbedded(options: EmbeddedOptions = {}): Promise<EmbeddedServer> {
  const services = new ServiceAddresses(options.serviceCidrs ?? ['10.96.0.0/16']);
  const store = new Store(options.historyLimit);
  const api = new Api(store, new Registry(), services, Date);
  const watches = new Set<() => void>();
  const requests = new Map<string, number>();
  let stopped = false;
  store.listen('services.', ({ type, object, previous }) =>
    services.account(previous, type === 'DELETED' ? undefined : object),
  );
  const stopControllers = startControllers(api, (task) => {
    setImmediate(() => {
      if (!stopped) task();
    });
  });
  seed(api, services.cidrs);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parsed = apiRequest(request);
    const line = `${parsed.method} ${parsed.url.pathname}`;
    requests.set(line, (requests.get(line) ?? 0) + 1);
    if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`) {
      throw new ApiError('Unauthorized', 'Unauthorized');
    }
    const result = await handle(api, parsed);
    if (result.kind === 'watch') {
      const end = streamWatch(store, result.resource, result.options, parsed, response, {
        bookmarkMs: options.bookmarkMs ?? 60_000,
      });
      watches.add(end);
      response.on('close', () => watches.delete(end));
    } else if (result.kind === 'json') sendJson(response, result.code, result.body);
    else response.writeHead(result.code, { 'content-type': 'text/plain' }).end(result.body);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) => sendError(response, error));
  };
  const addresses = options.listen ?? ['127.0.0.1:0'];
  const hosts = addresses.flatMap((address) => hostAndPort(address)?.host ?? []);
  const tls = options.tls === 'self-signed' ? { ...selfSigned([...hosts, 'localhost']), ca: undefined } : options.tls;
  const servers = addresses.map((address) => ({
    address,
    server: tls ? createTlsServer({ key: tls.key, cert: tls.cert }, listener) : createServer(listener),
  }));
  for (const { server, address } of servers) await listen(server, address);
  const url = urlOf(servers[0], tls ? 'https' : 'http');
  const text = kubeconfig({
    server: url,
    token: options.token,
    certificateAuthority: tls && (tls.ca ?? tls.cert),
  });
  if (options.kubeconfig) await writeFile(options.kubeconfig, text, { mode: 0o600 });
  return {
    url,
    kubeconfig: text,
    get resourceVersion() {
      return String(store.revision);
    },
    requests,
    compact: () => store.compact(),
    disconnect: () => {
      for (const { server } of servers) server.closeAllConnections();
    },
    stop: async () => {
      stopped = true;
      stopControllers();
      for (const end of watches) end();
      for (const { server } of servers) {
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        await closed;
      }
    },
  };
}

function seed(api: Api, cidrs: readonly string[]): void {
  const writer = { manager: 'kube-apiserver', subresource: undefined, time: api.now };
  const make = (key: string, body: Partial<KubeObject>, namespace?: string): void => {
    const resource = api.registry.stored(key);
    if (resource) api.create(resource, namespace, body, { writer });
  };
  for (const name of firstNamespaces) make('namespaces.', { metadata: { name } });
  make('servicecidrs.networking.k8s.io', { metadata: { name: 'kubernetes' }, spec: { cidrs } });
  const ports = [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }];
  make(
    'services.',
    { metadata: { name: 'kubernetes', labels: { component: 'apiserver', provider: 'kubernetes' } }, spec: { ports } },
    'default',
  );
}

function apiRequest(request: IncomingMessage): ApiRequest {
  const contentType = request.headers['content-type'] ?? '';
  return {
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', 'http://server'),
    accept: request.headers.accept ?? '',
    contentType,
    userAgent: request.headers['user-agent'] ?? '',
    body: async () => {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of request) {
        const bytes = Buffer.from(chunk);
        size += bytes.length;
        if (size > bodyLimit) throw badRequest(`the body is larger than ${bodyLimit} bytes`);
        chunks.push(bytes);
      }
      return readBody(Buffer.concat(chunks), contentType);
    },
  };
}

function readBody(bytes: Buffer, contentType: string): unknown {
  if (bytes.length === 0) return undefined;
  if (contentType.includes('protobuf')) return decodeProtobuf(bytes);
  const text = bytes.toString();
  try {
    return contentType.includes('yaml') && !text.trimStart().startsWith('{') ? parseYaml(text) : JSON.parse(text);
  } catch (cause) {
    throw badRequest(`the body could not be read: ${cause instanceof Error ? cause.message : cause}`);
  }
}

function sendJson(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendError(response: ServerResponse, error: unknown): void {
  const refusal =
    error instanceof ApiError ? error : new ApiError('InternalError', `Internal error occurred: ${error}`);
  if (response.headersSent) response.end();
  else sendJson(response, refusal.code, refusal.toStatus());
}

function hostAndPort(address: string): { readonly host: string; readonly port: number } | undefined {
  const [, host, port] = /^\[?([^\]]+)\]?:(\d+)$/.exec(address) ?? [];
  return host === undefined ? undefined : { host, port: Number(port) };
}

function listen(server: Server, address: string): Promise<void> {
  const place = hostAndPort(address);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.keepAliveTimeout = 65_000;
    if (address.startsWith('unix:')) server.listen(address.slice('unix:'.length), resolve);
    else if (!place) reject(new TypeError(`listen: "${address}" is neither HOST:PORT nor unix:PATH`));
    else server.listen(place.port, place.host, resolve);
  });
}

function urlOf(first: { readonly server: Server; readonly address: string } | undefined, scheme: string): string {
  const bound = first?.server.address();
  if (!first || !bound) throw new TypeError('listen: no address given; "127.0.0.1:0" takes any free port');
  if (typeof bound === 'string') return first.address;
  return `${scheme}://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
}
