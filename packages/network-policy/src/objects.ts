/** What is read of the metadata of any object. */
export interface ObjectMetadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What is read of a Kubernetes Namespace. */
export interface NamespaceObject {
  readonly metadata?: ObjectMetadata;
}

/** What is read of a Kubernetes Node. */
export interface NodeObject {
  readonly metadata?: ObjectMetadata;
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

interface ContainerObject {
  /** `Always` makes an init container a sidecar, whose ports are the pod's. */
  readonly restartPolicy?: string;
  readonly ports?: readonly {
    readonly name?: string;
    readonly containerPort: number;
    readonly protocol?: string;
  }[];
}

/** What is read of a Kubernetes Pod. */
export interface PodObject {
  readonly metadata?: ObjectMetadata;
  readonly spec?: {
    readonly nodeName?: string;
    readonly hostNetwork?: boolean;
    readonly containers?: readonly ContainerObject[];
    readonly initContainers?: readonly ContainerObject[];
  };
  readonly status?: { readonly phase?: string; readonly podIPs?: readonly { readonly ip?: string }[] };
}

/**
 * A policy as the API server hands it out. Its specification is read field by field: whatever it holds, a field that
 * cannot be understood is reported by its path, and what depends on it fails closed.
 */
export interface PolicyObject {
  readonly metadata?: ObjectMetadata;
  readonly spec?: unknown;
}
