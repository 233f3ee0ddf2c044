import type { Action, SetField } from '../model/action.ts';

const number = ({ value }: SetField): number => Number(value);
const setVlan = (type: 'set_vlan_vid' | 'set_vlan_pcp', value: number): Action => ({ type, value });

/** Actions of OpenFlow 1.0 and 1.1 that set a whole field. */
const LEGACY: Readonly<Partial<Record<SetField['field'], (action: SetField, version: number) => Action[]>>> = {
  eth_src: (action) => [{ type: 'mod_dl_src', value: BigInt(action.value) }],
  eth_dst: (action) => [{ type: 'mod_dl_dst', value: BigInt(action.value) }],
  vlan_tci: (action, version) => {
    const tci = number(action);
    // Without the bit that says that there is a header, the header goes.
    if ((tci & 0x1000) === 0) return [{ type: version === 1 ? 'strip_vlan' : 'pop_vlan' }];
    const push: Action[] = version === 1 ? [] : [{ type: 'push_vlan', ethertype: 0x8100 }];
    return [...push, setVlan('set_vlan_vid', tci & 0xfff), setVlan('set_vlan_pcp', tci >>> 13)];
  },
  vlan_vid: (action) => [setVlan('set_vlan_vid', number(action) & 0xfff)],
  dl_vlan: (action) => [setVlan('set_vlan_vid', number(action) & 0xfff)],
  vlan_pcp: (action) => [setVlan('set_vlan_pcp', number(action))],
  dl_vlan_pcp: (action) => [setVlan('set_vlan_pcp', number(action))],
  ip_src: (action) => [{ type: 'mod_nw_src', value: number(action) }],
  ip_dst: (action) => [{ type: 'mod_nw_dst', value: number(action) }],
  nw_tos: (action) => [{ type: 'mod_nw_tos', value: number(action) & 0xfc }],
  ip_dscp: (action) => [{ type: 'mod_nw_tos', value: number(action) << 2 }],
  nw_ecn: (action) => [{ type: 'mod_nw_ecn', value: number(action) }],
  tcp_src: (action) => [{ type: 'mod_tp_src', value: number(action) }],
  udp_src: (action) => [{ type: 'mod_tp_src', value: number(action) }],
  tcp_dst: (action) => [{ type: 'mod_tp_dst', value: number(action) }],
  udp_dst: (action) => [{ type: 'mod_tp_dst', value: number(action) }],
};

/** What Open vSwitch sends for Set-Field in OpenFlow 1.0 and 1.1, where there is none; undefined for Nicira's loads. */
export function legacySetField(action: SetField, version: number): readonly Action[] | undefined {
  if (version > 2 || action.form !== undefined) return undefined;
  if (version === 1 && action.field === 'nw_ecn') return undefined;
  return LEGACY[action.field]?.(action, version);
}
