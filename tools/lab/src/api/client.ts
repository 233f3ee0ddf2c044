import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { LabError } from '../error.ts';
import type { ApiEndpoint } from './kubeconfig.ts';
import type { KubeObject } from './objects.ts';

/** An answer of the API server that has ended. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** A small client of the Kubernetes API: requests, server-side apply, and streams for watches. */
export class ApiClient {
  readonly #endpoint: ApiEndpoint;
  readonly #agent: HttpAgent;

  constructor(endpoint: ApiEndpoint) {
    this.#endpoint = endpoint;
    this.#agent = endpoint.server.startsWith('https:')
      ? new HttpsAgent({ keepAlive: true, ...tls(endpoint) })
      : new HttpAgent({ keepAlive: true });
  }

  get server(): string {
    return this.#endpoint.server;
  }

  /** Send a request; resolves once the head of the answer is there. */
  open(path: string, options: ApiRequest = {}): Promise<IncomingMessage> {
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const send = this.#endpoint.server.startsWith('https:') ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const outgoing = send(this.#endpoint.server + path, {
        method: options.method ?? 'GET',
        agent: this.#agent,
        headers: {
          accept: 'application/json',
          ...(this.#endpoint.token && { authorization: `Bearer ${this.#endpoint.token}` }),
          ...(body !== undefined && {
            'content-type': options.contentType ?? 'application/json',
            'content-length': Buffer.byteLength(body),
          }),
        },
        ...(options.signal && { signal: options.signal }),
      });
      outgoing.once('response', resolve);
      outgoing.once('error', (cause) =>
        reject(new LabError('API', `${this.#endpoint.server}${path}: ${cause.message}`, { cause })),
      );
      outgoing.end(body);
    });
  }

  /** Send a request and read the whole answer, whatever its status. */
  async ask(path: string, options: ApiRequest = {}): Promise<ApiAnswer> {
    const response = await this.open(path, options);
    let text = '';
    response.setEncoding('utf8');
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode ?? 0, body: parseBody(text) };
  }

  /** Like `ask`, but any status beyond 2xx rejects with the server's own message. */
  async json<T>(path: string, options: ApiRequest = {}): Promise<T> {
    const { status, body } = await this.ask(path, options);
    if (status < 200 || status > 299)
      throw new LabError('API', `${options.method ?? 'GET'} ${path}: ${statusText(status, body)}`);
    return body as T;
  }

  /** A merge patch (RFC 7396). */
  patch<T extends KubeObject>(path: string, body: unknown): Promise<T> {
    return this.json<T>(path, { method: 'PATCH', body, contentType: 'application/merge-patch+json' });
  }
}

const tls = ({ ca, cert, key, serverName }: ApiEndpoint): Record<string, string> => ({
  ...(ca && { ca }),
  ...(cert && { cert }),
  ...(key && { key }),
  ...(serverName && { servername: serverName }),
});

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `409 AlreadyExists: pods "a" already exists`, from a meta/v1 Status. */
export function statusText(status: number, body: unknown): string {
  if (typeof body !== 'object' || body === null) return `${status} ${String(body)}`.trim();
  const reason = 'reason' in body ? ` ${String(body.reason)}` : '';
  return `${status}${reason}: ${'message' in body ? String(body.message) : JSON.stringify(body)}`;
}
