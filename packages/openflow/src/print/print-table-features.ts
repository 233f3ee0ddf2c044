import type { TableFeatures, TableStats } from '../messages/table.ts';

/** Bits of OpenFlow 1.0's wildcards, grouped as ovs-ofctl tells them. */
function wildcards10(bits: number): string {
  const group = (name: string, members: readonly (readonly [bit: number, word: string])[]): string[] => {
    const words = members.filter(([bit]) => (bits & bit) !== 0).map(([, word]) => word);
    if (words.length === 0) return [];
    return words.length === 1 ? [`${name}_${words[0]}`] : [`${name}_{${words.join(',')}}`];
  };
  return [
    ...((bits & 1) === 0 ? [] : ['in_port']),
    ...group('eth', [
      [4, 'src'],
      [8, 'dst'],
      [16, 'type'],
    ]),
    ...group('vlan', [
      [2, 'vid'],
      [1 << 20, 'pcp'],
    ]),
    ...group('ip', [
      [0x3f00, 'src'],
      [0x3f << 14, 'dst'],
    ]),
    ...group('nw', [
      [32, 'proto'],
      [1 << 21, 'tos'],
    ]),
    ...group('tcp', [
      [64, 'src'],
      [128, 'dst'],
    ]),
  ].join(' ');
}

/** OFPST_TABLE replies: a table's counters, and what OpenFlow 1.0 says of it. */
export function printTableStats(tables: readonly TableStats[], version: number): string {
  const blocks = tables.map((table) => {
    const name = table.name === undefined || table.name === '' ? '' : ` ("${table.name}")`;
    const counters = `    active=${table.active_count}, lookup=${table.lookup_count}, matched=${table.matched_count}\n`;
    const most = table.max_entries ? `    max_entries=${table.max_entries}\n` : '';
    const matching =
      version === 1 ? `    matching:\n      exact match or wildcard: ${wildcards10(table.wildcards ?? 0)}\n` : '';
    return `\n  table ${table.table}${name}:\n${counters}${most}${matching}`;
  });
  return blocks.join('');
}

/** OFPST_TABLE_FEATURES: the fixed part of each table. */
export function printTableFeatures(tables: readonly TableFeatures[], _version: number): string {
  return tables.map((table) => `\n  table ${table.table} ("${table.name}"):\n`).join('');
}
