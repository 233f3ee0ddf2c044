import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { northboundTables, southboundTables } from '@ovnkube/topology';
import { describe, expect, it } from 'vitest';
import { type Families, isRef, rowsText, twoNodes } from './cluster.ts';

// Every row of a zone with two nodes and two pods each, as text. Written anew with OVNKUBE_UPDATE=1; then read the diff.
const cases: readonly (readonly [Families, 'shared' | 'local'])[] = [
  ['ipv4', 'shared'],
  ['ipv4', 'local'],
  ['ipv6', 'shared'],
  ['ipv4,ipv6', 'shared'],
  ['ipv6,ipv4', 'local'],
];

describe.each(cases)('two nodes, %s, %s gateway mode', (families, gatewayMode) => {
  const zone = twoNodes(families, { gatewayMode });
  const rows = [...zone.northbound.entries(), ...zone.southbound.entries()].map(([, row]) => row);

  it('has the rows of the golden text', () => {
    const file = join(import.meta.dirname, 'golden', `${families.replace(',', '-')}-${gatewayMode}.txt`);
    if (process.env['OVNKUBE_UPDATE'] || !existsSync(file)) writeFileSync(file, `${rowsText(rows).join('\n')}\n`);
    expect(rowsText(rows)).toEqual(readFileSync(file, 'utf8').trimEnd().split('\n'));
  });

  it('keeps to its tables', () => {
    const tables = (database: 'northbound' | 'southbound') => [
      ...new Set([...zone[database].entries()].map(([, { table }]) => table)),
    ];
    expect(tables('northbound').sort()).toEqual([...northboundTables].sort());
    expect(tables('southbound').sort()).toEqual([...southboundTables].sort());
  });

  it('has nothing pending, no dangling reference, and an owner on every row that can have one', () => {
    expect([...zone.pending.entries()]).toEqual([]);
    const keys = new Set(rows.map(({ table, name }) => `${table}/${name}`));
    const ids = new Set<string>();
    for (const { table, name, columns, parents = [] } of rows) {
      for (const parent of parents) expect(keys).toContain(`${parent.table}/${parent.name}`);
      for (const value of Object.values(columns).flat()) {
        if (isRef(value)) expect(keys).toContain(`${value.table}/${value.name}`);
      }
      if (['Load_Balancer_Group', 'Static_MAC_Binding', 'Encap'].includes(table)) continue;
      expect(columns['external_ids']).toMatchObject({ 'k8s.ovn.org/owner-controller': 'default-network-controller' });
      const id = `${table} ${Object(columns['external_ids'])['k8s.ovn.org/id']}`;
      expect(ids, `${table}/${name}`).not.toContain(id);
      ids.add(id);
    }
  });
});
