import { z } from 'zod';
import { type Change, fieldDifferences } from './change.ts';
import { canonicalAddress, word } from './ip-text.ts';
import { protocolNumber } from './route.ts';

/** An entry of the ARP or neighbour discovery cache. */
export interface Neighbour {
  readonly dst: string;
  readonly dev: string;
  readonly mac: string;
  readonly permanent: boolean;
  readonly protocol: number;
}

/** A permanent entry that shall be there. */
export interface DesiredNeighbour {
  readonly dst: string;
  readonly dev: string;
  readonly mac: string;
}

/** What `ip -json -details neighbour show` says. */
export const neighbourSchema = z
  .object({
    dst: z.string(),
    dev: z.string().default(''),
    lladdr: z.string().default(''),
    state: z.array(z.string()).default([]),
    protocol: z.string().default('unspec'),
  })
  .transform(
    ({ lladdr, state, protocol, ...entry }): Neighbour => ({
      ...entry,
      mac: lladdr.toLowerCase(),
      permanent: state.includes('PERMANENT'),
      protocol: protocolNumber(protocol),
    }),
  );

/**
 * What must be written for the permanent entries to be there, and no others that carry `protocol`. What the kernel learned for a
 * desired address gives way: it is a guess where we know.
 */
export function neighbourChanges(
  desired: readonly DesiredNeighbour[],
  there: readonly Neighbour[],
  protocol: number,
): readonly Change[] {
  const nameOf = ({ dst, dev }: { dst: string; dev: string }): string => `${dst} on ${dev}`;
  const complete = desired.map((entry) => ({
    ...entry,
    dst: canonicalAddress(entry.dst),
    mac: entry.mac.toLowerCase(),
  }));
  const wanted = new Map(complete.map((entry) => [nameOf(entry), entry]));
  const found = new Map(there.map((entry) => [nameOf(entry), entry]));
  const stale = there
    .filter((entry) => entry.protocol === protocol && entry.permanent && !wanted.has(nameOf(entry)))
    .map(
      (entry): Change => ({
        object: 'neighbour',
        name: nameOf(entry),
        why: 'unwanted',
        write: { kind: 'ip', line: `neighbour delete ${word(entry.dst)} dev ${word(entry.dev)}` },
      }),
    );
  const due = [...wanted].flatMap(([name, entry]): Change[] => {
    const present = found.get(name);
    const detail = present === undefined ? '' : fieldDifferences(present, { mac: entry.mac, permanent: true });
    if (present !== undefined && detail === '') return [];
    const line = `neighbour replace ${word(entry.dst)} lladdr ${word(entry.mac)} dev ${word(entry.dev)} nud permanent protocol ${protocol}`;
    const write = { kind: 'ip', line } as const;
    return [
      present === undefined
        ? { object: 'neighbour', name, why: 'missing', write }
        : { object: 'neighbour', name, why: 'different', detail, write },
    ];
  });
  return [...stale, ...due];
}
