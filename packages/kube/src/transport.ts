import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Access } from './access.ts';
import { KubeError } from './error.ts';

export interface TransportRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

/** An answer whose body is still to be read: as text, or piece by piece. */
export interface TransportResponse {
  readonly status: number;
  readonly body: AsyncIterable<string>;
  /** Let go of the connection without reading on. */
  cancel(): void;
}

/** One HTTP exchange. Rejects with KubeError `connection` when no answer comes. */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

/** HTTP over TLS, TCP or a unix socket, with connections kept open. */
export function httpTransport(access: Access, userAgent: string): Transport {
  const url = new URL(access.server);
  const unix = url.protocol === 'unix:';
  const secure = url.protocol === 'https:';
  const agent = secure
    ? new HttpsAgent({
        keepAlive: true,
        ca: access.ca,
        cert: access.cert,
        key: access.key,
        rejectUnauthorized: !access.insecureSkipTlsVerify,
        servername: access.tlsServerName,
      })
    : new HttpAgent({ keepAlive: true });
  const place = unix
    ? { socketPath: decodeURIComponent(url.pathname), host: 'localhost' }
    : { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || (secure ? 443 : 80) };
  const prefix = unix ? '' : url.pathname.replace(/\/$/, '');
  const send = secure ? httpsRequest : httpRequest;
  return async ({ method, path, headers, body, signal }) => {
    const authorization = await access.authorization();
    const line = `${method} ${access.server}${path}`;
    return new Promise((resolve, reject) => {
      const request = send(
        {
          ...place,
          agent,
          method,
          path: `${prefix}${path}`,
          headers: {
            accept: 'application/json',
            'user-agent': userAgent,
            ...authorization,
            ...headers,
            // Node frames the body of a DELETE only when told how long it is.
            ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
          },
          ...(signal && { signal }),
        },
        (message) => resolve(responseOf(line, message, signal)),
      );
      request.on('socket', (socket) => socket.setKeepAlive(true, 15_000));
      request.once('error', (cause) => reject(failure(line, cause, signal)));
      request.end(body);
    });
  };
}

function responseOf(line: string, message: IncomingMessage, signal: AbortSignal | undefined): TransportResponse {
  message.setEncoding('utf8');
  return {
    status: message.statusCode ?? 0,
    cancel: () => message.destroy(),
    body: {
      async *[Symbol.asyncIterator]() {
        try {
          for await (const chunk of message) yield String(chunk);
        } catch (cause) {
          throw failure(line, cause, signal);
        }
      },
    },
  };
}

/** What to do about the errors that people meet first. */
const remedies: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; is the API server running?',
  ENOTFOUND: 'the host name is not known; check the server field of the kubeconfig',
  ENOENT: 'the socket does not exist; is the API server running?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not signed by the certificate-authority of the kubeconfig',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by the certificate-authority of the kubeconfig',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by the certificate-authority of the kubeconfig',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name; set tls-server-name, or use a name it has',
};

function failure(line: string, cause: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) {
    const reason: unknown = signal.reason;
    const isTimeout = reason instanceof DOMException && reason.name === 'TimeoutError';
    return isTimeout
      ? new KubeError('timeout', `${line}: no answer in time`, { cause, details: { request: line } })
      : reason;
  }
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const words = cause instanceof Error ? cause.message || code : String(cause);
  const remedy = remedies[code];
  return new KubeError('connection', `${line}: ${words}${remedy ? `: ${remedy}` : ''}`, {
    cause,
    details: { request: line },
  });
}
