import { BadField, isAbsent, numberAt, objectAt, shown, wordAt } from './field.ts';

export const protocols = ['TCP', 'UDP', 'SCTP'] as const;
export type Protocol = (typeof protocols)[number];

/** What a rule says of ports: all of a protocol, a range, or those of a name on the destination pod. */
export type PolicyPort =
  | { readonly kind: 'all'; readonly protocol: Protocol }
  | { readonly kind: 'range'; readonly protocol: Protocol; readonly first: number; readonly last: number }
  | { readonly kind: 'named'; readonly protocol: Protocol; readonly name: string };

export const portNumberAt = (value: unknown, field: string): number => numberAt(value, field, 1, 65_535);

/** TCP where none is named. */
export const protocolAt = (value: unknown, field: string): Protocol =>
  isAbsent(value) ? 'TCP' : wordAt(value, field, protocols);

/** Reads a NetworkPolicyPort. Throws BadField. */
export function policyPortAt(value: unknown, field: string): PolicyPort {
  const item = objectAt(value, field);
  const protocol = protocolAt(item['protocol'], `${field}.protocol`);
  const { port, endPort } = item;
  const at = `${field}.endPort`;
  if (isAbsent(port)) {
    if (!isAbsent(endPort))
      throw new BadField(at, `${shown(endPort)} without a port: give port, the first of the range`);
    return { kind: 'all', protocol };
  }
  if (typeof port === 'string') {
    if (!isAbsent(endPort))
      throw new BadField(at, `${shown(endPort)} after the named port ${port}: give port as a number`);
    return { kind: 'named', protocol, name: portNameAt(port, `${field}.port`) };
  }
  const first = portNumberAt(port, `${field}.port`);
  const last = isAbsent(endPort) ? first : portNumberAt(endPort, at);
  if (last < first) throw new BadField(at, `${last} is below port ${first}: the range would be empty`);
  return { kind: 'range', protocol, first, last };
}

/** IANA_SVC_NAME (RFC 6335 §5.1), in lower case as Kubernetes wants it. */
export function portNameAt(value: unknown, field: string): string {
  if (typeof value === 'string' && value.length <= 15 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(value) && /[a-z]/.test(value))
    return value;
  throw new BadField(field, `${shown(value)} is not the name of a port: 15 lower-case letters, digits and - at most`);
}
