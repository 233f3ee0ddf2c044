import { describe, expect, expectTypeOf, it } from 'vitest';
import { type DesiredRow, desiredEntry, type OVN_Northbound, type OVN_Southbound, ref, rowsOf } from './index.ts';

const nb = rowsOf<OVN_Northbound>();
const sb = rowsOf<OVN_Southbound>();

describe('typed desired rows', () => {
  it('are plain desired rows', () => {
    const port = nb(
      'Logical_Switch_Port',
      'default_web-1',
      { addresses: ['0a:58:0a:80:00:03 10.128.0.3'], options: { 'requested-chassis': 'chassis-1' }, tag: undefined },
      {
        parents: [{ table: 'Logical_Switch', name: 'node-1', column: 'ports' }],
        ownedKeys: { options: ['requested-chassis'] },
      },
    );
    expectTypeOf(port).toEqualTypeOf<DesiredRow>();
    expect(desiredEntry(port)).toEqual([
      'Logical_Switch_Port/default_web-1',
      {
        table: 'Logical_Switch_Port',
        name: 'default_web-1',
        columns: {
          addresses: ['0a:58:0a:80:00:03 10.128.0.3'],
          options: { 'requested-chassis': 'chassis-1' },
          tag: undefined,
        },
        parents: [{ table: 'Logical_Switch', name: 'node-1', column: 'ports' }],
        ownedKeys: { options: ['requested-chassis'] },
      },
    ]);
    expect(sb('Chassis', 'c1', { encaps: [ref('Encap', 'geneve 10.0.0.1')] }).columns).toEqual({
      encaps: [{ kind: 'ref', table: 'Encap', name: 'geneve 10.0.0.1' }],
    });
  });

  it('are refused by the compiler where they do not fit the schema', () => {
    // @ts-expect-error no such table
    nb('Logical_Swich', 'x', {});
    // @ts-expect-error no such column
    nb('Logical_Switch', 'x', { prots: [] });
    // @ts-expect-error a set, not an atom
    nb('Logical_Switch_Port', 'x', { addresses: 'router' });
    // @ts-expect-error a reference into another table
    nb('NAT', 'x', { exempted_ext_ips: ref('ACL', 'y') });
    // @ts-expect-error an integer
    nb('ACL', 'x', { priority: '1000' });
    // @ts-expect-error one of an enumeration
    nb('ACL', 'x', { action: 'permit' });
    // @ts-expect-error no such column of the parent
    nb('ACL', 'x', {}, { parents: [{ table: 'Port_Group', name: 'pg', column: 'rules' }] });
    expect(nb('NAT', 'x', { exempted_ext_ips: ref('Address_Set', 'a1') }).name).toBe('x');
  });
});
