import { readFile } from 'node:fs/promises';
import { request } from 'node:https';

export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  /** Media type of the body. */
  readonly type?: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export const merge = 'application/merge-patch+json';
export const strategic = 'application/strategic-merge-patch+json';
export const jsonPatch = 'application/json-patch+json';
export const apply = 'application/apply-patch+yaml';

/** A caller of the server that a kubeconfig of ours (JSON, one cluster, a token) names: nothing between the test and HTTP. */
export async function caller(kubeconfig: string): Promise<(call: Call) => Promise<Answer>> {
  const config = JSON.parse(await readFile(kubeconfig, 'utf8'));
  const { server, 'certificate-authority-data': ca } = config.clusters[0].cluster;
  const { token } = config.users[0].user;
  return ({ method, path, body, type = 'application/json' }) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
      const outgoing = request(
        server + path,
        {
          method: method ?? (text === undefined ? 'GET' : 'POST'),
          ca: Buffer.from(ca, 'base64'),
          headers: {
            authorization: `Bearer ${token}`,
            'user-agent': 'parity/1',
            ...(text !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
          },
        },
        (incoming) => {
          let answer = '';
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => {
            answer += chunk;
          });
          incoming.on('end', () => {
            try {
              resolve({ status: incoming.statusCode ?? 0, body: JSON.parse(answer) });
            } catch {
              resolve({ status: incoming.statusCode ?? 0, body: answer });
            }
          });
        },
      );
      outgoing.once('error', reject);
      outgoing.end(text);
    });
}
