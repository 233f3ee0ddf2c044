import { LabError } from './error.ts';

/** An address family as `--ip-families` spells it. */
export type IpFamily = 'ipv4' | 'ipv6';

/** One family's share of a lab. All labs use the same numbers: each has an underlay of its own. */
interface FamilyPlan {
  readonly clusterSubnet: string;
  readonly serviceCidr: string;
  readonly underlayPrefix: string;
  readonly underlayLength: number;
}

/** kind's own ranges, which newcomers recognise. */
const plans: Readonly<Record<IpFamily, FamilyPlan>> = {
  ipv4: {
    clusterSubnet: '10.244.0.0/16/24',
    serviceCidr: '10.96.0.0/16',
    underlayPrefix: '172.18.0.',
    underlayLength: 16,
  },
  ipv6: {
    clusterSubnet: 'fd00:10:244::/48/64',
    serviceCidr: 'fd00:10:96::/112',
    underlayPrefix: 'fc00:f853:ccd:e793::',
    underlayLength: 64,
  },
};

/** An address on the underlay. */
export interface UnderlayAddress {
  readonly family: IpFamily;
  readonly address: string;
  readonly length: number;
}

/** Parse `ipv4`, `ipv6`, `ipv4,ipv6` or `ipv6,ipv4`; the first is the primary family. */
export function parseIpFamilies(text: string): readonly IpFamily[] {
  const families = text.split(',');
  const known = families.filter((family): family is IpFamily => family === 'ipv4' || family === 'ipv6');
  if (known.length !== families.length || new Set(known).size !== known.length)
    throw new LabError('BAD_FLAG', `--ip-families ${text}: must be ipv4, ipv6, "ipv4,ipv6" or "ipv6,ipv4"`);
  return known;
}

/** Host part `host` of the underlay in each family, primary family first. */
const underlayAddresses = (families: readonly IpFamily[], host: number): readonly UnderlayAddress[] =>
  families.map((family) => ({
    family,
    address: `${plans[family].underlayPrefix}${family === 'ipv4' ? host : host.toString(16)}`,
    length: plans[family].underlayLength,
  }));

/** The wire's own addresses: default gateway of the nodes, and where the API server listens. */
export const wireAddresses = (families: readonly IpFamily[]): readonly UnderlayAddress[] =>
  underlayAddresses(families, 1);

/** Addresses of node `index` (from 0). */
export const nodeAddresses = (families: readonly IpFamily[], index: number): readonly UnderlayAddress[] =>
  underlayAddresses(families, 2 + index);

/** `--cluster-subnets` of the apps. */
export const clusterSubnets = (families: readonly IpFamily[]): readonly string[] =>
  families.map((family) => plans[family].clusterSubnet);

/** `--service-cidrs` of the apps. */
export const serviceCidrs = (families: readonly IpFamily[]): readonly string[] =>
  families.map((family) => plans[family].serviceCidr);

/** An address as the host part of a URL. */
export const urlHost = (address: string): string => (address.includes(':') ? `[${address}]` : address);
