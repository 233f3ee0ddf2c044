import type { OfpErrorName } from '../errors/ofp-error.ts';
import { type Field, type FieldName, fieldNamed } from '../field/field.ts';
import { FlowMatch } from '../match/flow-match.ts';
import { EthType, IpProto, isIpAny, isMpls, meetsPrerequisite } from '../match/prerequisite.ts';
import { slot, VLAN_CFI } from '../match/slot.ts';
import type { Action, SetHeader } from '../model/action.ts';
import type { ConntrackAction } from '../model/conntrack-action.ts';
import type { Learn } from '../model/learn-action.ts';
import type { Subfield } from '../model/match.ts';
import { Port } from '../model/port.ts';

/*
 * Whether actions fit the match of their flow (ofpacts_check): an action that writes TCP's port needs TCP. What OpenFlow 1.0
 * tolerates but 1.1 does not only restricts the protocols; the rest is an error.
 */

const ETH_TYPE = slot('eth_type');
const VLAN_TCI = slot('vlan_tci');
const NW_PROTO = slot('nw_proto');
const NW_FRAG = slot('ip_frag');
const PACKET_TYPE = slot('packet_type');
const CT_STATE = slot('ct_state');
const CT_INVALID = 0x10;
/** More VLAN headers than these cannot be pushed. */
const MAX_VLAN_HEADERS = 2;

export interface Checked {
  /** The actions, with what the match tells about them (`ip_proto`, `flow_has_vlan`). */
  readonly actions: readonly Action[];
  /** False where OpenFlow 1.1 and later would refuse what 1.0 takes. */
  readonly consistent: boolean;
  readonly error?: OfpErrorName;
}

class Refused {
  readonly ofp: OfpErrorName;
  constructor(ofp: OfpErrorName) {
    this.ofp = ofp;
  }
}

/** The flow as the actions so far have changed it, as far as prerequisites care. */
class Checker {
  readonly flow: FlowMatch;
  readonly table: number;
  consistent = true;
  vlans: number;

  constructor(flow: FlowMatch, table: number) {
    this.flow = flow;
    this.table = table;
    this.vlans = this.hasVlan ? 1 : 0;
  }

  get hasVlan(): boolean {
    return (this.flow.number(VLAN_TCI) & VLAN_CFI) !== 0;
  }

  expect(condition: boolean): void {
    if (!condition) this.consistent = false;
  }

  source(bits: Subfield): void {
    this.readable(fieldNamed(bits.field));
  }

  destination(bits: Subfield): void {
    const field = fieldNamed(bits.field);
    this.readable(field);
    if (!field.writable) throw new Refused('OFPBAC_BAD_SET_ARGUMENT');
  }

  readable(field: Field): void {
    if (!meetsPrerequisite(field, this.flow)) throw new Refused('OFPBAC_MATCH_INCONSISTENT');
  }

  setVlan(tci: number): void {
    this.flow.setSlot(VLAN_TCI, tci);
    this.vlans = (tci & VLAN_CFI) !== 0 ? Math.max(1, this.vlans) : 0;
  }
}

function checkPort(port: number): void {
  const reserved = port >= 0xff00;
  const allowed: readonly number[] = [
    ...[Port.IN_PORT, Port.TABLE, Port.NORMAL, Port.FLOOD, Port.ALL, Port.CONTROLLER, Port.LOCAL],
  ];
  if (reserved && !allowed.includes(port)) throw new Refused('OFPBAC_BAD_OUT_PORT');
}

function checkSetField(checker: Checker, name: FieldName, value: bigint, whole: boolean): boolean {
  const field = fieldNamed(name);
  checker.readable(field);
  if (name === 'vlan_vid' && !checker.hasVlan) throw new Refused('OFPBAC_MATCH_INCONSISTENT');
  const hadVlan = checker.hasVlan;
  if (name === 'vlan_tci' && whole) checker.setVlan(Number(value));
  return hadVlan;
}

function checkLearn(checker: Checker, { specs, result_dst }: Learn): void {
  const learned = new FlowMatch();
  for (const spec of specs) {
    if (!('immediate' in spec.src)) checker.source(spec.src);
    if (spec.kind === 'output') continue;
    const field = fieldNamed(spec.dst.field);
    if (!meetsPrerequisite(field, learned)) throw new Refused('OFPBAC_MATCH_INCONSISTENT');
    if (spec.kind === 'load') {
      if (!field.writable) throw new Refused('OFPBAC_BAD_SET_ARGUMENT');
      continue;
    }
    if (!('immediate' in spec.src)) continue;
    const bits = ((1n << BigInt(spec.dst.width)) - 1n) << BigInt(spec.dst.start);
    const value = spec.src.immediate << BigInt(spec.dst.start);
    if (spec.dst.width === field.width) learned.setField(field, field.big ? value : Number(value));
    else learned.setField(field, field.big ? value : Number(value), field.big ? bits : Number(bits));
  }
  if (result_dst !== undefined) checker.destination(result_dst);
}

function checkConntrack(checker: Checker, action: ConntrackAction): void {
  const { flow } = checker;
  const proto = flow.number(NW_PROTO);
  const badAlg = (action.alg === 21 && proto !== IpProto.TCP) || (action.alg === 69 && proto !== IpProto.UDP);
  const invalid = action.commit === true && (flow.number(CT_STATE) & CT_INVALID) !== 0;
  if (!isIpAny(flow) || invalid || badAlg) {
    // Strictly only the protocols shrink; ovs-ofctl says the same error where the match cannot be IP.
    checker.expect(false);
  }
  if (typeof action.zone === 'object') checker.source(action.zone);
  const nat = action.nat;
  if (nat !== undefined) {
    const type = flow.ethType;
    const wrong = (nat.ipv4 !== undefined && type !== EthType.IP) || (nat.ipv6 !== undefined && type !== EthType.IPV6);
    if (!isIpAny(flow) || wrong) throw new Refused('OFPBAC_MATCH_INCONSISTENT');
  }
  for (const inner of action.exec ?? []) checkAction(checker, inner);
}

function checkTransport(checker: Checker, action: SetHeader): Action {
  const { flow } = checker;
  const ip_proto = flow.number(NW_PROTO);
  const known = ip_proto === IpProto.TCP || ip_proto === IpProto.UDP || ip_proto === IpProto.SCTP;
  checker.expect(isIpAny(flow) && (flow.number(NW_FRAG) & 2) === 0 && known);
  return { ...action, ip_proto };
}

function checkVlan(checker: Checker, action: Action & { type: 'set_vlan_vid' | 'set_vlan_pcp' }): Action {
  const flow_has_vlan = checker.hasVlan;
  checker.expect(flow_has_vlan || action.push_vlan_if_needed === true);
  checker.setVlan(checker.flow.number(VLAN_TCI) | VLAN_CFI);
  return { ...action, flow_has_vlan };
}

function checkDecap(checker: Checker, packetType: number | undefined): void {
  const { flow } = checker;
  const ethernet = flow.number(PACKET_TYPE) === 0;
  if (ethernet && checker.hasVlan) throw new Refused('OFPBAC_MATCH_INCONSISTENT');
  if (packetType !== undefined) flow.setSlot(PACKET_TYPE, packetType);
  else if (ethernet) flow.setSlot(PACKET_TYPE, 0x10000 + flow.number(ETH_TYPE));
  else {
    flow.setSlot(PACKET_TYPE, 0x0000f000);
    flow.setSlot(ETH_TYPE, 0xffff);
  }
}

function checkAction(checker: Checker, action: Action): Action {
  const { flow } = checker;
  switch (action.type) {
    case 'output':
    case 'output_trunc':
      checkPort(action.port);
      return action;
    case 'enqueue':
      if (action.port >= 0xff00 && action.port !== Port.IN_PORT && action.port !== Port.LOCAL) {
        throw new Refused('OFPBAC_BAD_OUT_PORT');
      }
      return action;
    case 'output_reg':
    case 'push':
      checker.source(action.src);
      return action;
    case 'bundle':
      for (const port of action.members) {
        if (port >= 0xff00 && port !== Port.LOCAL && port !== Port.ANY) throw new Refused('OFPBAC_BAD_OUT_PORT');
      }
      if (action.dst !== undefined) checker.destination(action.dst);
      return action;
    case 'multipath':
    case 'check_pkt_larger':
    case 'pop':
      checker.destination(action.dst);
      return action;
    case 'move':
      checker.source(action.src);
      checker.destination(action.dst);
      return action;
    case 'set_field': {
      const whole = action.mask === undefined;
      checkSetField(checker, action.field, BigInt(action.value), whole);
      return action;
    }
    case 'load':
      checkSetField(checker, action.dst.field, action.value, action.dst.width === fieldNamed(action.dst.field).width);
      return action;
    case 'set_vlan_vid':
    case 'set_vlan_pcp':
      return checkVlan(checker, action);
    case 'mod_tp_src':
    case 'mod_tp_dst':
      return checkTransport(checker, action);
    case 'ct':
      checkConntrack(checker, action);
      return action;
    case 'learn':
      checkLearn(checker, action);
      return action;
    case 'clone':
      return { ...action, actions: action.actions.map((inner) => checkAction(checker, inner)) };
    case 'write_actions': {
      const before = checker.consistent;
      const actions = action.actions.map((inner) => checkAction(checker, inner));
      checker.consistent = before;
      return { ...action, actions };
    }
    default:
      checkHeaderAction(checker, action, flow);
      return action;
  }
}

function checkHeaderAction(checker: Checker, action: Action, flow: FlowMatch): void {
  switch (action.type) {
    case 'strip_vlan':
    case 'pop_vlan':
      checker.expect(checker.hasVlan);
      checker.vlans = Math.max(0, checker.vlans - 1);
      if (checker.vlans === 0) flow.setSlot(VLAN_TCI, 0);
      return;
    case 'push_vlan':
      if (checker.vlans >= MAX_VLAN_HEADERS) throw new Refused('OFPBAC_BAD_TAG');
      checker.vlans++;
      flow.setSlot(VLAN_TCI, flow.number(VLAN_TCI) | VLAN_CFI);
      return;
    case 'mod_nw_src':
    case 'mod_nw_dst':
      checker.expect(flow.ethType === EthType.IP);
      return;
    case 'mod_nw_tos':
    case 'mod_nw_ecn':
    case 'mod_nw_ttl':
    case 'dec_ttl':
    case 'dec_ttl_cnt_ids':
      checker.expect(isIpAny(flow));
      return;
    case 'set_mpls_label':
    case 'set_mpls_tc':
    case 'set_mpls_ttl':
    case 'dec_mpls_ttl':
      checker.expect(isMpls(flow.ethType));
      return;
    case 'push_mpls':
      flow.setSlot(ETH_TYPE, action.ethertype);
      flow.setSlot(NW_PROTO, 0);
      return;
    case 'pop_mpls':
      checker.expect(isMpls(flow.ethType));
      flow.setSlot(ETH_TYPE, action.ethertype);
      return;
    case 'fin_timeout':
      checker.expect(flow.number(NW_PROTO) === IpProto.TCP);
      return;
    case 'resubmit':
      if (action.ct && !meetsPrerequisite(fieldNamed('ct_nw_proto'), flow))
        throw new Refused('OFPBAC_MATCH_INCONSISTENT');
      return;
    case 'nat':
      if (!isIpAny(flow)) throw new Refused('OFPBAC_MATCH_INCONSISTENT');
      return;
    case 'goto_table':
      if (checker.table !== 0xff && action.table <= checker.table) throw new Refused('OFPBIC_BAD_TABLE_ID');
      return;
    case 'meter':
      if (action.meter_id === 0 || action.meter_id > 0xffff0000) throw new Refused('OFPMMFC_INVALID_METER');
      return;
    case 'delete_field':
      if (!fieldNamed(action.field).variable) throw new Refused('OFPBAC_BAD_ARGUMENT');
      return;
    case 'encap':
      flow.setSlot(PACKET_TYPE, action.packet_type);
      if (action.packet_type >>> 16 === 1) flow.setSlot(ETH_TYPE, action.packet_type & 0xffff);
      return;
    case 'decap':
      checkDecap(checker, action.packet_type);
      return;
    case 'dec_nsh_ttl':
      checker.expect(flow.number(PACKET_TYPE) === 0x1894f || flow.number(ETH_TYPE) === EthType.NSH);
      return;
    default:
      return;
  }
}

/** Checks actions against what their flow matches; `table` is where the flow is, 0xff where it is not known. */
export function checkActions(actions: readonly Action[], match: FlowMatch, table: number): Checked {
  const checker = new Checker(match.clone(), table);
  try {
    return { actions: actions.map((action) => checkAction(checker, action)), consistent: checker.consistent };
  } catch (error) {
    if (error instanceof Refused) return { actions, consistent: checker.consistent, error: error.ofp };
    throw error;
  }
}
