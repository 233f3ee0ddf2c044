import { type Cidr, parseCidr } from '@ovnkube/ipam';
import { BadField, listAt, objectAt, shown, textAt } from './field.ts';

/** Addresses of a subnet but some. */
export interface IpBlock {
  readonly cidr: Cidr;
  readonly except: readonly Cidr[];
}

/** Reads a subnet; host bits are cut off, because OVN refuses constants that have them. Throws BadField. */
export function subnetAt(value: unknown, field: string): Cidr {
  const text = textAt(value, field);
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new BadField(field, `${shown(text)} is not a subnet such as 10.0.0.0/8 or fd00::/64`);
  return cidr.subnet;
}

/** Reads an IPBlock. Throws BadField: a block with an exception that is not understood would let in too much. */
export function ipBlockAt(value: unknown, field: string): IpBlock {
  const item = objectAt(value, field);
  const cidr = subnetAt(item['cidr'], `${field}.cidr`);
  const except = listAt(item['except'], `${field}.except`).map((each, at) => {
    const path = `${field}.except[${at}]`;
    const inner = subnetAt(each, path);
    if (!cidr.contains(inner) || cidr.equals(inner))
      throw new BadField(path, `${inner} is not a part of ${cidr}, which it should be taken from`);
    return inner;
  });
  return { cidr, except };
}
