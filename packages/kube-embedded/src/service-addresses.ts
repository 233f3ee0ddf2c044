import { formatAddress, parseAddress, type ServiceAddress } from './address.ts';
import type { FieldError } from './api-error.ts';
import { at, type Fields, fieldsOf, isFields, type KubeObject, listAt, textAt } from './object.ts';

interface Range {
  readonly text: string;
  readonly family: ServiceAddress['family'];
  readonly base: bigint;
  readonly size: bigint;
}

/** Node ports of a real API server's default range (--service-node-port-range). */
const firstNodePort = 30_000;
const lastNodePort = 32_767;

/** What a Service lacks in addresses and node ports, or why it cannot have them. */
export type Allocated = { readonly service: KubeObject } | { readonly errors: readonly FieldError[] };

/**
 * Hands out cluster addresses and node ports, first free first. It holds no state of its own beyond what the stored
 * Services say, so it is rebuilt by replaying them.
 */
export class ServiceAddresses {
  readonly #ranges: readonly Range[];
  readonly #used = new Set<string>();
  readonly #usedPorts = new Set<number>();
  /** Per range: where the search goes on. */
  readonly #next = new Map<string, bigint>();
  #nextPort = firstNodePort;

  /** `cidrs` of one or two families; the first is the family of a single-stack Service. */
  constructor(cidrs: readonly string[]) {
    this.#ranges = cidrs.map(parseRange);
  }

  get cidrs(): readonly string[] {
    return this.#ranges.map(({ text }) => text);
  }

  /** Fill in clusterIP(s), ipFamilies, ipFamilyPolicy and nodePorts, keeping those of the Service as it was. */
  allocate(service: KubeObject, old: KubeObject | undefined): Allocated {
    const spec = fieldsOf(service['spec']);
    if (spec['type'] === 'ExternalName') return { service };
    const errors: FieldError[] = [];
    const addresses = this.#addresses(spec, old, errors);
    const ports = this.#nodePorts(spec, old, errors);
    return errors.length > 0 ? { errors } : { service: { ...service, spec: { ...spec, ...addresses, ...ports } } };
  }

  /** Account for a Service that has been written or deleted. */
  account(previous: KubeObject | undefined, next: KubeObject | undefined): void {
    for (const address of addressesOf(previous)) this.#used.delete(address);
    for (const port of nodePortsOf(previous)) this.#usedPorts.delete(port);
    for (const address of addressesOf(next)) this.#used.add(address);
    for (const port of nodePortsOf(next)) this.#usedPorts.add(port);
  }

  #addresses(spec: Fields, old: KubeObject | undefined, errors: FieldError[]): Fields {
    const policy = String(spec['ipFamilyPolicy'] ?? textAt(old, 'spec.ipFamilyPolicy') ?? 'SingleStack');
    const named = listAt(spec, 'ipFamilies').length > 0 ? listAt(spec, 'ipFamilies') : listAt(old, 'spec.ipFamilies');
    const ranges = this.#wanted(policy, named.map(String));
    const families = { ipFamilyPolicy: policy, ipFamilies: ranges.map(({ family }) => family) };
    if (spec['clusterIP'] === 'None') return { ...families, clusterIP: 'None', clusterIPs: ['None'] };
    const kept = addressesOf(old);
    const asked = [...new Set([spec['clusterIP'], ...listAt(spec, 'clusterIPs')])].filter(
      (address): address is string => typeof address === 'string' && address !== '',
    );
    const clusterIPs = ranges.flatMap((range) => {
      const own = asked.find((address) => parseAddress(address)?.family === range.family);
      if (own) return this.#take(range, own, kept, errors);
      return kept.find((address) => parseAddress(address)?.family === range.family) ?? this.#free(range, errors);
    });
    return { ...families, clusterIP: clusterIPs[0], clusterIPs };
  }

  #wanted(policy: string, families: readonly string[]): readonly Range[] {
    const first = this.#ranges.find(({ family }) => family === families[0]) ?? this.#ranges[0];
    if (!first) return [];
    return policy === 'SingleStack' ? [first] : [first, ...this.#ranges.filter((range) => range !== first)];
  }

  #take(range: Range, address: string, kept: readonly string[], errors: FieldError[]): string[] {
    const parsed = parseAddress(address);
    const offset = (parsed?.value ?? -1n) - range.base;
    const why =
      offset < 0n || offset >= range.size
        ? `the provided IP is not in the valid range. The range of valid IPs is ${range.text}`
        : this.#used.has(address) && !kept.includes(address)
          ? 'provided IP is already allocated'
          : undefined;
    if (why === undefined) return [address];
    errors.push({
      reason: 'FieldValueInvalid',
      field: 'spec.clusterIPs',
      message: `Invalid value: ["${address}"]: failed to allocate IP ${address}: ${why}`,
    });
    return [];
  }

  #free(range: Range, errors: FieldError[]): string[] {
    const usable = range.size - 2n;
    const start = this.#next.get(range.text) ?? 1n;
    for (let tried = 0n; tried < usable; tried++) {
      const offset = ((start - 1n + tried) % usable) + 1n;
      const address = formatAddress({ family: range.family, value: range.base + offset });
      if (this.#used.has(address)) continue;
      this.#next.set(range.text, offset + 1n);
      return [address];
    }
    errors.push({
      reason: 'FieldValueInvalid',
      field: 'spec.clusterIPs',
      message: `failed to allocate a serviceIP: range ${range.text} is full`,
    });
    return [];
  }

  #nodePorts(spec: Fields, old: KubeObject | undefined, errors: FieldError[]): Fields {
    const exposed =
      spec['type'] === 'NodePort' ||
      (spec['type'] === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false);
    if (!exposed || !Array.isArray(spec['ports'])) return {};
    const kept = new Map(
      listAt(old, 'spec.ports').map((port) => [`${at(port, 'protocol')} ${at(port, 'port')}`, at(port, 'nodePort')]),
    );
    const own = new Set(nodePortsOf(old));
    const ports = spec['ports'].map((port): unknown => {
      if (!isFields(port)) return port;
      const asked = port['nodePort'] ?? kept.get(`${port['protocol']} ${port['port']}`);
      if (typeof asked !== 'number') return { ...port, nodePort: this.#freePort(own) };
      if (this.#usedPorts.has(asked) && !own.has(asked)) {
        errors.push({
          reason: 'FieldValueInvalid',
          field: 'spec.ports[0].nodePort',
          message: `Invalid value: ${asked}: provided port is already allocated`,
        });
      }
      own.add(asked);
      return { ...port, nodePort: asked };
    });
    return { ports };
  }

  #freePort(taken: Set<number>): number {
    while (this.#usedPorts.has(this.#nextPort) || taken.has(this.#nextPort)) this.#advancePort();
    const port = this.#nextPort;
    taken.add(port);
    this.#advancePort();
    return port;
  }

  #advancePort(): void {
    this.#nextPort = this.#nextPort === lastNodePort ? firstNodePort : this.#nextPort + 1;
  }
}

const addressesOf = (service: KubeObject | undefined): string[] =>
  listAt(service, 'spec.clusterIPs')
    .map(String)
    .filter((address) => address !== 'None' && address !== '');

const nodePortsOf = (service: KubeObject | undefined): number[] =>
  listAt(service, 'spec.ports').flatMap((port) => {
    const nodePort = at(port, 'nodePort');
    return typeof nodePort === 'number' ? [nodePort] : [];
  });

function parseRange(text: string): Range {
  const [address = '', length = ''] = text.split('/');
  const parsed = parseAddress(address);
  if (!parsed || !/^\d+$/.test(length))
    throw new TypeError(`serviceCidrs: "${text}" is not a CIDR such as 10.96.0.0/16`);
  const bits = BigInt((parsed.family === 'IPv4' ? 32 : 128) - Number(length));
  // A real server looks at no more than 2^20 addresses of a range.
  const size = 1n << (bits > 20n ? 20n : bits);
  return { text, family: parsed.family, base: (parsed.value >> bits) << bits, size };
}
