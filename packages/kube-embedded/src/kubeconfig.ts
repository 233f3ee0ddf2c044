/** A kubeconfig with one cluster, user and context (JSON, which is YAML too), as kubectl and every client read it. */
export function kubeconfig(options: {
  readonly server: string;
  readonly name?: string;
  readonly token?: string | undefined;
  /** PEM of the certificate authority, for https. */
  readonly certificateAuthority?: string | undefined;
  readonly namespace?: string;
}): string {
  const name = options.name ?? 'embedded';
  const ca = options.certificateAuthority;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server: options.server,
          ...(ca && { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
        },
      },
    ],
    users: [{ name, user: options.token ? { token: options.token } : {} }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: options.namespace ?? 'default' } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
