/**
 * Open vSwitch's flow protocols, which say how flows can be told: in OpenFlow 1.0 with its own or Nicira's match, with or without
 * the table-id extension, or in a later version. Sets of them are bits, in the order in which ovs-ofctl prefers them.
 */
export const Protocol = {
  OF10_STD: 1 << 0,
  OF10_STD_TID: 1 << 1,
  OF10_NXM: 1 << 2,
  OF10_NXM_TID: 1 << 3,
  OF11: 1 << 4,
  OF12: 1 << 5,
  OF13: 1 << 6,
  OF14: 1 << 7,
  OF15: 1 << 8,
} as const;

const { OF10_STD, OF10_STD_TID, OF10_NXM, OF10_NXM_TID, OF11, OF12, OF13, OF14, OF15 } = Protocol;
export const OF10_STD_ANY = OF10_STD | OF10_STD_TID;
export const NXM_ANY = OF10_NXM | OF10_NXM_TID;
export const OXM_ANY = OF12 | OF13 | OF14 | OF15;
export const NXM_OXM_ANY = NXM_ANY | OXM_ANY;
export const OF15_UP = OF15;
export const OF14_UP = OF14 | OF15_UP;
export const OF13_UP = OF13 | OF14_UP;
export const OF12_UP = OF12 | OF13_UP;
export const OF11_UP = OF11 | OF12_UP;
export const NXM_OF11_UP = NXM_ANY | OF11_UP;
export const TID = OF10_STD_TID | OF10_NXM_TID | OF11_UP;
export const ANY_PROTOCOL = OF10_STD_ANY | NXM_ANY | OF11_UP;

const ABBREVIATIONS: readonly (readonly [bits: number, name: string])[] = [
  [ANY_PROTOCOL, 'any'],
  [OF10_STD_ANY, 'OpenFlow10'],
  [NXM_ANY, 'NXM'],
  [OXM_ANY, 'OXM'],
];

const NAMES: readonly (readonly [bit: number, name: string, version: number])[] = [
  [OF10_STD, 'OpenFlow10-table_id', 1],
  [OF10_STD_TID, 'OpenFlow10+table_id', 1],
  [OF10_NXM, 'NXM-table_id', 1],
  [OF10_NXM_TID, 'NXM+table_id', 1],
  [OF11, 'OpenFlow11', 2],
  [OF12, 'OXM-OpenFlow12', 3],
  [OF13, 'OXM-OpenFlow13', 4],
  [OF14, 'OXM-OpenFlow14', 5],
  [OF15, 'OXM-OpenFlow15', 6],
];

/** A set of protocols as ovs-ofctl prints it, e.g. `NXM,OXM`. */
export function formatProtocols(protocols: number): string {
  if (protocols === 0) return 'none';
  const parts: string[] = [];
  let rest = protocols;
  while (rest !== 0) {
    const short = ABBREVIATIONS.find(([bits]) => (rest & bits) === bits);
    const [bits, name] = short ?? NAMES.find(([bit]) => (rest & bit) !== 0) ?? [rest, '?'];
    parts.push(name);
    rest &= ~bits;
  }
  return parts.join(',');
}

/** The bits of a protocol's or abbreviation's name; undefined for an unknown one. */
export function protocolNamed(name: string): number | undefined {
  const key = name.toLowerCase();
  const found = [...NAMES, ...ABBREVIATIONS].find(([, known]) => known.toLowerCase() === key);
  return found?.[0];
}

/** OpenFlow's version byte of one protocol. */
export function protocolVersion(protocol: number): number {
  return NAMES.find(([bit]) => bit === protocol)?.[2] ?? 0;
}
