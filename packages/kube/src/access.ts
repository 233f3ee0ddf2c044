/** How a cluster is reached and who one is there: what a kubeconfig's current context, or a pod's own files, say. */
export interface Access {
  /** Where this came from, for messages: a file's path, or `in-cluster`. */
  readonly source: string;
  /** `https://host:6443`, or `unix:///path` for a socket. */
  readonly server: string;
  /** PEM of the certificate authority; the system's own when undefined. */
  readonly ca?: string;
  /** PEM of the client's certificate and key. */
  readonly cert?: string;
  readonly key?: string;
  readonly insecureSkipTlsVerify: boolean;
  /** Name to expect in the server's certificate instead of its host. */
  readonly tlsServerName?: string;
  /** Namespace of the context. */
  readonly namespace: string;
  /** Headers that say who one is; asked before every request, because tokens in files are renewed. */
  authorization(): Promise<Readonly<Record<string, string>>>;
}
