import { randomBytes } from 'node:crypto';
import {
  type Environment,
  formatResult,
  type NetworkConfiguration,
  parseEnvironment,
  parseNetworkConfiguration,
  type Result,
} from '@ovnkube/cni';
import { runProcess } from '@ovnkube/host';
import { type NetworkNamespace, netns } from '@ovnkube/testing';
import type { CniNode } from '../../src/cni/operations.ts';
import { type CniPod, PodSource, type PodTable } from '../../src/cni/pod-source.ts';
import { SandboxTurns } from '../../src/cni/sandbox-turns.ts';
import { type SwitchDatabase, SwitchPorts } from '../../src/cni/switch-port.ts';

/** A table of pods that a test writes. */
class Pods implements PodTable {
  readonly #rows = new Map<string, CniPod>();
  readonly #listeners = new Set<(batch: { readonly changes: ReadonlyMap<string, unknown> }) => void>();

  get(key: string): CniPod | undefined {
    return this.#rows.get(key);
  }

  subscribe(listener: (batch: { readonly changes: ReadonlyMap<string, unknown> }) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(pod: CniPod): void {
    this.#change(`${pod.metadata.namespace}/${pod.metadata.name}`, pod);
  }

  delete(key: string): void {
    this.#change(key, undefined);
  }

  #change(key: string, pod: CniPod | undefined): void {
    if (pod) this.#rows.set(key, pod);
    else this.#rows.delete(key);
    for (const listener of [...this.#listeners]) listener({ changes: new Map([[key, pod]]) });
  }
}

/** Addresses of the test's pods: IPv4, IPv6, or both in an order. */
export type Families = readonly ('ipv4' | 'ipv6')[];

/** The annotation of the pod with the given number. */
export function podNetworks(number: number, families: Families): string {
  const v4 = { address: `10.128.0.${number}/23`, gateway: '10.128.0.1', route: '10.128.0.0/14' };
  const v6 = { address: `fd00:10:128::${number}/64`, gateway: 'fd00:10:128::1', route: 'fd00:10:128::/48' };
  const parts = families.map((family) => (family === 'ipv4' ? v4 : v6));
  return JSON.stringify({
    default: {
      ip_addresses: parts.map(({ address }) => address),
      mac_address: `0a:58:0a:80:00:${number.toString(16).padStart(2, '0')}`,
      gateway_ips: parts.map(({ gateway }) => gateway),
      routes: parts.map(({ route, gateway }) => ({ dest: route, nextHop: gateway })),
      role: 'primary',
    },
  });
}

/** A pod, with its annotation unless `annotation` is undefined. */
export const pod = (name: string, uid: string, annotation?: string): CniPod => ({
  metadata: {
    name,
    namespace: 'default',
    uid,
    ...(annotation === undefined ? {} : { annotations: { 'k8s.ovn.org/pod-networks': annotation } }),
  },
});

/** A node in namespaces of its own. */
export interface TestNode extends CniNode {
  readonly space: NetworkNamespace;
  readonly table: Pods;
}

export async function testNode(
  db: SwitchDatabase,
  more: Partial<CniNode> & { readonly fetch?: ConstructorParameters<typeof PodSource>[1] } = {},
): Promise<TestNode> {
  const space = await netns('node');
  const table = new Pods();
  return {
    run: runProcess,
    mtu: 1400,
    checksumOffload: true,
    netns: space.name,
    pods: new PodSource(table, more.fetch),
    ports: new SwitchPorts(db),
    turns: new SandboxTurns(),
    problems: () => [],
    hasFlows: undefined,
    ...more,
    space,
    table,
  };
}

/** What a runtime would ask. */
export function request(
  command: string,
  sandbox: { readonly containerId: string; readonly netns: string },
  name: string,
  uid?: string,
): Environment {
  return parseEnvironment({
    CNI_COMMAND: command,
    CNI_CONTAINERID: sandbox.containerId,
    CNI_NETNS: sandbox.netns,
    CNI_IFNAME: 'eth0',
    CNI_PATH: '/opt/cni/bin',
    CNI_ARGS: `K8S_POD_NAMESPACE=default;K8S_POD_NAME=${name}${uid ? `;K8S_POD_UID=${uid}` : ''}`,
  });
}

/** A pod's namespace and its container's id. */
export interface Sandbox {
  readonly containerId: string;
  readonly netns: string;
  readonly space: NetworkNamespace;
}

export async function sandbox(): Promise<Sandbox> {
  const space = await netns('pod');
  return { containerId: randomBytes(32).toString('hex'), netns: `/run/netns/${space.name}`, space };
}

/** The configuration of a CHECK after an ADD with this result. */
export function configured(result: Result): NetworkConfiguration {
  const document = { cniVersion: '1.1.0', name: 'n', type: 't', prevResult: formatResult(result, '1.1.0') };
  return parseNetworkConfiguration(JSON.stringify(document));
}
