import type { Access } from './access.ts';
import { KubeError } from './error.ts';

/**
 * Credentials of an `exec` or `auth-provider` entry. They are rare for a node's own programs, and the client library that
 * knows them takes about a second and 80 MB to load, so it is loaded only here, when one is met.
 */
export function pluginAuthorization(source: string, context: string): Access['authorization'] {
  let config: Promise<{ headers(): Promise<Readonly<Record<string, string>>> }> | undefined;
  return async () => {
    config ??= loadConfig(source, context);
    try {
      return await (await config).headers();
    } catch (cause) {
      throw new KubeError(
        'config',
        `kubeconfig ${source}: the credential plugin of context "${context}" failed: ${cause instanceof Error ? cause.message : cause}`,
        { cause },
      );
    }
  };
}

async function loadConfig(
  source: string,
  context: string,
): Promise<{ headers(): Promise<Readonly<Record<string, string>>> }> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(source);
  config.setCurrentContext(context);
  return {
    headers: async () => {
      const options: { headers?: Record<string, unknown> } = {};
      await config.applyToHTTPSOptions(options);
      return Object.fromEntries(
        Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
      );
    },
  };
}
