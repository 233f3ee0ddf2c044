/** What differs between what is desired and what is there. */
export interface Change {
  readonly object: 'link' | 'address' | 'route' | 'neighbour' | 'rule' | 'sysctl';
  /** What it is about, readable: `10.128.0.5/23 on eth0`. */
  readonly name: string;
  readonly why: 'missing' | 'different' | 'unwanted';
  /** For `different`: what is there and what is desired. */
  readonly detail?: string;
  /** How to set it right; absent where that is not ours to do. */
  readonly write?: Write;
}

/** One write: a line of `ip -batch`, or a value under /proc/sys. */
export type Write =
  | { readonly kind: 'ip'; readonly line: string; readonly family?: 4 | 6 }
  | { readonly kind: 'sysctl'; readonly path: string; readonly value: string };

/** A change as a sentence, for an error or a log: `route 0.0.0.0/0 on eth0 is missing`. */
export function describeChange(change: Change): string {
  const detail = change.detail ? ` (${change.detail})` : '';
  return `${change.object} ${change.name} is ${change.why}${detail}`;
}

/** The fields in which two records differ, as `mtu 1500, desired 1400`; empty when none does. Undefined desires nothing. */
export function fieldDifferences<T extends object>(there: T, desired: Partial<T>): string {
  const fields = Object.entries(desired).flatMap(([name, wanted]) => {
    if (wanted === undefined) return [];
    const found: unknown = Object.getOwnPropertyDescriptor(there, name)?.value;
    return found === wanted ? [] : [`${name} ${text(found)}, desired ${text(wanted)}`];
  });
  return fields.join('; ');
}

const text = (value: unknown): string => (value === '' || value === undefined ? 'none' : String(value));
