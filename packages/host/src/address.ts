import { z } from 'zod';
import type { Change } from './change.ts';
import { canonicalCidr, familyOf, word } from './ip-text.ts';

/** An address of a link. */
export interface Address {
  readonly ifname: string;
  /** With its prefix length, as the kernel spells it. */
  readonly address: string;
  readonly scope: string;
  /** Duplicate address detection goes on, or has failed: the kernel does not use it yet, or never. */
  readonly tentative: boolean;
  readonly dadFailed: boolean;
  /** Preferred lifetime 0: not chosen as a source. */
  readonly deprecated: boolean;
}

/** An address that a link shall have. */
export interface DesiredAddress {
  readonly ifname: string;
  readonly address: string;
  /** Usable, but not chosen as a source (preferred lifetime 0). */
  readonly deprecated?: boolean;
  /**
   * IPv6: run duplicate address detection. Off unless asked for: addresses here are assigned by a controller that hands none out
   * twice, and a tentative address cannot be used for a second or two.
   */
  readonly duplicateDetection?: boolean;
}

const infinite = 2 ** 32 - 1;

/** What `ip -json address show` says of the addresses of one link. */
export const addressesSchema = z
  .object({
    ifname: z.string(),
    addr_info: z
      .array(
        z.object({
          family: z.string().optional(),
          local: z.string().optional(),
          prefixlen: z.number().optional(),
          scope: z.string().default('global'),
          tentative: z.boolean().default(false),
          dadfailed: z.boolean().default(false),
          deprecated: z.boolean().default(false),
          preferred_life_time: z.number().default(infinite),
        }),
      )
      .default([]),
  })
  .transform(({ ifname, addr_info }): readonly Address[] =>
    addr_info.flatMap(({ local, prefixlen, ...info }) =>
      local === undefined || prefixlen === undefined
        ? []
        : {
            ifname,
            address: `${local}/${prefixlen}`,
            scope: info.scope,
            tentative: info.tentative,
            dadFailed: info.dadfailed,
            deprecated: info.deprecated || info.preferred_life_time === 0,
          },
    ),
  );

/** What must be written for the links to have the desired addresses, and none more of those that are `owned`. */
export function addressChanges(
  desired: readonly DesiredAddress[],
  there: readonly Address[],
  owned: (address: Address) => boolean,
): readonly Change[] {
  const key = ({ ifname, address }: { ifname: string; address: string }): string => `${address} on ${ifname}`;
  const wanted = new Map(desired.map((entry) => [key({ ...entry, address: canonicalCidr(entry.address) }), entry]));
  const found = new Map(there.map((entry) => [key(entry), entry]));
  const changes: Change[] = [];
  for (const [name, { ifname, address, ...entry }] of found) {
    // Loopback's and link-local addresses are the kernel's.
    if (wanted.has(name) || entry.scope === 'link' || entry.scope === 'host') continue;
    if (!owned({ ifname, address, ...entry })) continue;
    const line = `address delete ${word(address)} dev ${word(ifname)}`;
    changes.push({ object: 'address', name, why: 'unwanted', write: { kind: 'ip', line } });
  }
  for (const [name, entry] of wanted) {
    const present = found.get(name);
    const deprecated = entry.deprecated ?? false;
    if (present?.dadFailed) {
      const detail = 'duplicate address detection has failed';
      const line = `address delete ${word(present.address)} dev ${word(entry.ifname)}`;
      changes.push({ object: 'address', name, why: 'different', detail, write: { kind: 'ip', line } });
    } else if (present?.deprecated === deprecated) continue;
    const line = addressLine(entry);
    changes.push({
      object: 'address',
      name,
      ...(present
        ? { why: 'different', detail: `deprecated ${present.deprecated}, desired ${deprecated}` }
        : { why: 'missing' }),
      write: { kind: 'ip', line },
    });
  }
  return changes;
}

function addressLine({ ifname, address, deprecated, duplicateDetection }: DesiredAddress): string {
  const canonical = canonicalCidr(address);
  const nodad = familyOf(canonical) === 6 && !duplicateDetection ? ' nodad' : '';
  const lifetime = deprecated ? ' valid_lft forever preferred_lft 0' : '';
  return `address replace ${word(canonical)} dev ${word(ifname)}${lifetime}${nodad}`;
}
