import type { Batch } from '@ovnkube/incremental';
import {
  type Cidr,
  type Network,
  PodAddressAllocator,
  podNetwork,
  podNetworksAnnotation,
  readPodNetwork,
  writePodNetwork,
} from '@ovnkube/ipam';

/** What addressing reads of a Pod; the Kubernetes object itself has this shape. */
export interface AddressedPod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly nodeName?: string; readonly hostNetwork?: boolean };
  readonly status?: { readonly phase?: string };
}

/** What became of a pod that needed addresses. */
export type AddressingEvent =
  | { readonly kind: 'annotate'; readonly pod: AddressedPod; readonly text: string }
  | { readonly kind: 'refused'; readonly pod: AddressedPod; readonly message: string };

/** Completed pods keep their object but give their addresses back, as upstream does. */
const completed = new Set(['Succeeded', 'Failed']);

const wantsAddresses = (pod: AddressedPod): boolean =>
  !pod.spec?.hostNetwork && !completed.has(pod.status?.phase ?? '');

/**
 * Gives the pods of one node their addresses, and says so by annotation. The annotations are the record: a restart
 * restores every address from them before it hands out the first new one.
 */
export class PodAddressing {
  readonly #network: Network;
  readonly #serviceSubnets: readonly Cidr[];
  readonly #node: string;
  readonly #allocator: PodAddressAllocator;
  /** Pods of ours by UID: what has to be released when they go. */
  readonly #owners = new Set<string>();
  /** Pods that found no address; they are tried again when one is released. */
  readonly #waiting = new Map<string, AddressedPod>();

  constructor(options: {
    readonly network: Network;
    readonly serviceSubnets: readonly Cidr[];
    readonly node: string;
    readonly nodeSubnets: readonly Cidr[];
  }) {
    this.#network = options.network;
    this.#serviceSubnets = options.serviceSubnets;
    this.#node = options.node;
    this.#allocator = new PodAddressAllocator(options.nodeSubnets);
  }

  /** Take in one batch of the pods table; what it returns is to be done, in order. */
  apply(batch: Batch<AddressedPod>): readonly AddressingEvent[] {
    let released = false;
    for (const { old, new: pod } of batch.changes.values()) {
      const gone =
        old !== undefined && (pod === undefined || pod.metadata.uid !== old.metadata.uid || !this.#isOurs(pod));
      if (gone) released = this.#release(old.metadata.uid) || released;
    }
    const present = [...batch.changes.values()].flatMap((change) =>
      change.new && this.#isOurs(change.new) ? [change.new] : [],
    );
    // Addresses that pods have come first: a pod without one must not be given an address that another one shows.
    const without = present.filter((pod) => !this.#restore(pod));
    const retry = released ? [...this.#waiting.values()] : [];
    return [...without, ...retry].flatMap((pod) => this.#allocate(pod));
  }

  /** Addresses in use of each node subnet. */
  usage(): ReturnType<PodAddressAllocator['usage']> {
    return this.#allocator.usage();
  }

  #isOurs(pod: AddressedPod): boolean {
    return pod.spec?.nodeName === this.#node && wantsAddresses(pod);
  }

  #release(uid: string): boolean {
    this.#waiting.delete(uid);
    if (!this.#owners.delete(uid)) return false;
    return this.#allocator.release(uid).length > 0;
  }

  #restore(pod: AddressedPod): boolean {
    const reading = readPodNetwork(pod.metadata.annotations?.[podNetworksAnnotation], this.#network.name);
    if (reading.status !== 'found') return false;
    if (!this.#owners.has(pod.metadata.uid)) {
      this.#owners.add(pod.metadata.uid);
      this.#allocator.restore(pod.metadata.uid, reading.network.addresses);
    }
    return true;
  }

  #allocate(pod: AddressedPod): readonly AddressingEvent[] {
    const { uid, annotations } = pod.metadata;
    const outcome = this.#allocator.allocate(uid);
    if (outcome.status === 'exhausted') {
      this.#waiting.set(uid, pod);
      const message = `no free address in ${outcome.subnets.join(', ')}: delete pods of node ${this.#node} or give the cluster larger node subnets`;
      return [{ kind: 'refused', pod, message }];
    }
    this.#waiting.delete(uid);
    this.#owners.add(uid);
    const [first, ...rest] = outcome.addresses;
    if (first === undefined) return [];
    const network = podNetwork({
      network: this.#network,
      serviceSubnets: this.#serviceSubnets,
      addresses: [first, ...rest],
    });
    const writing = writePodNetwork(annotations?.[podNetworksAnnotation], network, this.#network.name);
    return writing.status === 'written'
      ? [{ kind: 'annotate', pod, text: writing.text }]
      : [{ kind: 'refused', pod, message: writing.message }];
  }
}
