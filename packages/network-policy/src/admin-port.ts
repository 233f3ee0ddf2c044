import { BadField, isAbsent, type Members, objectAt, shown } from './field.ts';
import { type PolicyPort, type Protocol, portNameAt, portNumberAt, protocolAt, protocols } from './policy-port.ts';

/** The one member that an object has set. Throws BadField for none, for several, and for one that is not known. */
export function onlyMember(
  value: unknown,
  field: string,
  known: readonly string[],
): readonly [string, unknown, Members] {
  const item = objectAt(value, field);
  const set = Object.entries(item).filter(([, each]) => !isAbsent(each));
  const [first] = set;
  if (first === undefined || set.length > 1 || !known.includes(first[0]))
    throw new BadField(field, `${shown(value)} does not have exactly one of ${known.join(', ')}`);
  return [...first, item];
}

/** A name of a port goes without protocol here: it is whatever the pod has under it. */
const named = (value: unknown, field: string): readonly PolicyPort[] => {
  const name = portNameAt(value, field);
  return protocols.map((protocol) => ({ kind: 'named', protocol, name }));
};

function range(protocol: Protocol, item: Members, field: string): PolicyPort {
  const first = portNumberAt(item['start'], `${field}.start`);
  const last = portNumberAt(item['end'], `${field}.end`);
  if (last < first) throw new BadField(`${field}.end`, `${last} is below start ${first}: the range would be empty`);
  return { kind: 'range', protocol, first, last };
}

const single = (protocol: Protocol, value: unknown, field: string): PolicyPort => {
  const number = portNumberAt(value, field);
  return { kind: 'range', protocol, first: number, last: number };
};

/** Reads an AdminNetworkPolicyPort (v1alpha1). */
export function adminPortAt(value: unknown, field: string): readonly PolicyPort[] {
  const [kind, inner] = onlyMember(value, field, ['portNumber', 'namedPort', 'portRange']);
  const at = `${field}.${kind}`;
  if (kind === 'namedPort') return named(inner, at);
  const item = objectAt(inner, at);
  const protocol = protocolAt(item['protocol'], `${at}.protocol`);
  return [kind === 'portNumber' ? single(protocol, item['port'], `${at}.port`) : range(protocol, item, at)];
}

const protocolMembers: Readonly<Record<string, Protocol>> = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' };

/** Reads a ClusterNetworkPolicyProtocol (v1alpha2). */
export function clusterProtocolAt(value: unknown, field: string): readonly PolicyPort[] {
  const [kind, inner] = onlyMember(value, field, [...Object.keys(protocolMembers), 'destinationNamedPort']);
  const at = `${field}.${kind}`;
  const protocol = protocolMembers[kind];
  if (protocol === undefined) return named(inner, at);
  const [, port] = onlyMember(inner, at, ['destinationPort']);
  const portField = `${at}.destinationPort`;
  const [form, number] = onlyMember(port, portField, ['number', 'range']);
  const formField = `${portField}.${form}`;
  return [
    form === 'number' ? single(protocol, number, formField) : range(protocol, objectAt(number, formField), formField),
  ];
}
