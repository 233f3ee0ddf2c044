import { CniError } from './error.ts';
import { JsonFields, type JsonObject } from './json-field.ts';
import { decodeJson } from './network-configuration.ts';

/**
 * What OVN-Kubernetes' plugin posts to the server of the node: `POST /` over the unix socket `serverSocketPath`. A success is
 * answered with a ServerResponse, an error with status 400 and an error object (upstream: a line of text).
 */
export interface ServerRequest {
  /** The CNI_… variables of the plugin's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The plugin's standard input in base64. */
  readonly config: string;
}

/** The answer to a request that succeeded; only ADD has a result, in the shape of 1.1.0. */
export interface ServerResponse {
  readonly Result: JsonObject | null;
}

/** Where the server listens unless the configuration's `serverSocket` says otherwise: a folder of root's own. */
export const serverSocketPath = '/var/run/ovn-kubernetes/cni/ovn-cni-server.sock';

/** Read a request's body. Throws `decoding-failure` or `invalid-environment` naming the wrong field. */
export function parseServerRequest(text: string): ServerRequest {
  const fields = new JsonFields(decodeJson(text, 'the request'), '', 'decoding-failure');
  const env = fields.member('env');
  if (env === undefined) throw fields.fail('env', 'an object with the CNI_ variables');
  return {
    env: Object.fromEntries(Object.keys(env.object).map((name) => [name, env.string(name)])),
    config: fields.string('config', 'text in base64', (config) => /^[A-Za-z0-9+/]*={0,2}$/.test(config)),
  };
}

/** Read a success's body. Throws `decoding-failure`. */
export function parseServerResponse(text: string): ServerResponse {
  const fields = new JsonFields(decodeJson(text, "the server's answer"), '', 'decoding-failure');
  if (fields.has('PodIFInfo')) {
    throw new CniError(
      'not-available',
      'the server runs unprivileged and leaves the interface to the plugin: unsupported',
    );
  }
  return { Result: fields.member('Result')?.object ?? null };
}
