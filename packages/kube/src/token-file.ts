import { readFile } from 'node:fs/promises';
import type { Access } from './access.ts';
import { KubeError } from './error.ts';

const rereadMs = 60_000;

/** A bearer token from a file that is renewed from time to time, as a kubelet does; `what` begins the error's sentence. */
export function tokenFile(path: string, what: string): Access['authorization'] {
  let headers: Readonly<Record<string, string>> | undefined;
  let readAt = 0;
  return async () => {
    if (headers && Date.now() - readAt < rereadMs) return headers;
    try {
      headers = { authorization: `Bearer ${(await readFile(path, 'utf8')).trim()}` };
      readAt = Date.now();
      return headers;
    } catch (cause) {
      throw new KubeError('config', `${what} cannot be read (${cause instanceof Error ? cause.message : cause})`, {
        cause,
      });
    }
  };
}
