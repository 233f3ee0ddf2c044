import { ENCAP_HEADERS } from '../actions/nicira-actions.ts';
import { BUNDLE_ALGORITHMS } from '../actions/nicira-names.ts';
import { fieldNamed } from '../field/field.ts';
import type { Action, Bundle, Controller, Encap, Load, Output, Resubmit, Sample } from '../model/action.ts';
import type { ConntrackAction, Nat } from '../model/conntrack-action.ts';
import { Port } from '../model/port.ts';
import { formatEthernet, formatIpv4, formatIpv6 } from './address-text.ts';
import { formatFieldValue, formatSubfield, hex } from './field-text.ts';
import { formatLearn } from './format-learn.ts';
import { formatPort } from './port-text.ts';

/** `01.02.03`. */
export function formatBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('.');
}

const hex4 = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

function formatOutput({ port, max_len }: Output): string {
  const name = formatPort(port);
  if (port === Port.CONTROLLER) return `${name}:${max_len ?? 0xffff}`;
  return port < 0xff00 ? `output:${name}` : name;
}

function formatController(action: Controller): string {
  const { reason = 'action', max_len = 0xffff, controller_id = 0, userdata, pause, meter_id } = action;
  const data = userdata !== undefined && userdata.length > 0 ? userdata : undefined;
  if (reason === 'action' && controller_id === 0 && data === undefined && !pause && meter_id === undefined) {
    return `CONTROLLER:${max_len}`;
  }
  const parts = [
    ...(reason === 'action' ? [] : [`reason=${reason}`]),
    ...(max_len === 0xffff ? [] : [`max_len=${max_len}`]),
    ...(controller_id === 0 ? [] : [`id=${controller_id}`]),
    ...(data === undefined ? [] : [`userdata=${formatBytes(data)}`]),
    ...(pause ? ['pause'] : []),
    ...(meter_id === undefined ? [] : [`meter_id=${meter_id}`]),
  ];
  return `controller(${parts.join(',')})`;
}

function formatLoad({ dst, value }: Load): string {
  const parts: string[] = [];
  for (let done = 0; done < dst.width; done += 64) {
    const width = Math.min(64, dst.width - done);
    const bits = BigInt.asUintN(width, value >> BigInt(done));
    parts.push(`load:${hex(bits)}->${formatSubfield({ ...dst, start: dst.start + done, width })}`);
  }
  return parts.join(',');
}

function formatResubmit({ in_port, table, ct }: Resubmit): string {
  if (in_port !== undefined && table === undefined && !ct) return `resubmit:${formatPort(in_port)}`;
  return `resubmit(${in_port === undefined ? '' : formatPort(in_port)},${table ?? ''}${ct ? ',ct' : ''})`;
}

function formatBundle(action: Bundle): string {
  const head = `${action.dst === undefined ? 'bundle' : 'bundle_load'}(${action.fields},${action.basis}`;
  const algorithm = BUNDLE_ALGORITHMS.includes(action.algorithm) ? action.algorithm : '<unknown>';
  const dst = action.dst === undefined ? '' : `${formatSubfield(action.dst)},`;
  return `${head},${algorithm},ofport,${dst}members:${action.members.map(formatPort).join(',')})`;
}

function formatSample(action: Sample): string {
  const port = action.sampling_port === undefined ? '' : `,sampling_port=${formatPort(action.sampling_port)}`;
  const direction = action.direction === undefined ? '' : `,${action.direction}`;
  const point = action.obs_point_src === undefined ? action.obs_point_id : formatSubfield(action.obs_point_src);
  return `sample(probability=${action.probability},collector_set_id=${action.collector_set_id},obs_domain_id=${action.obs_domain_id},obs_point_id=${point}${port}${direction})`;
}

function formatEncap({ packet_type, properties = [] }: Encap): string {
  const header = ENCAP_HEADERS.get(packet_type) ?? 'UNKNOWN';
  if (properties.length === 0) return `encap(${header})`;
  const parts = properties.map((property) => {
    if (property.name === 'md_type') return `md_type=${property.value}`;
    const data = Array.from(property.data, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return `tlv(${hex4(property.tlv_class)},${property.tlv_type},0x${data})`;
  });
  return `encap(${header}(${parts.join(',')}))`;
}

function formatNat(action: Nat): string {
  const { direction, ipv4, ipv6, ports } = action;
  if (direction === undefined) return 'nat';
  if (ipv4 === undefined && ipv6 === undefined) return `nat(${direction})`;
  const bracket = (address: bigint): string => (ports === undefined ? formatIpv6(address) : `[${formatIpv6(address)}]`);
  let range = ipv4 === undefined ? '' : formatIpv4(ipv4.min);
  if (ipv4?.max && ipv4.max !== ipv4.min) range += `-${formatIpv4(ipv4.max)}`;
  if (ipv6 !== undefined) range += bracket(ipv6.min);
  if (ipv6?.max && ipv6.max !== ipv6.min) range += `-${bracket(ipv6.max)}`;
  if (ports !== undefined) range += `:${ports.min}${ports.max && ports.max !== ports.min ? `-${ports.max}` : ''}`;
  const flags = [...(action.persistent ? ['persistent'] : []), ...(action.hash ? ['hash'] : [])];
  return `nat(${[`${direction}=${range}`, ...flags, ...(action.random ? ['random'] : [])].join(',')})`;
}

const ALG_NAMES: Readonly<Record<number, string>> = { 21: 'ftp', 69: 'tftp' };

function formatConntrack(action: ConntrackAction): string {
  const { zone = 0, alg = 0, exec = [] } = action;
  const parts = [
    ...(action.commit ? ['commit'] : []),
    ...(action.force ? ['force'] : []),
    ...(action.table === undefined ? [] : [`table=${action.table}`]),
    ...(typeof zone === 'object' ? [`zone=${formatSubfield(zone)}`] : zone === 0 ? [] : [`zone=${zone}`]),
    ...(action.nat === undefined ? [] : [formatNat(action.nat)]),
    ...(exec.length === 0 ? [] : [`exec(${formatActions(exec)})`]),
    ...(alg === 0 ? [] : [`alg=${ALG_NAMES[alg] ?? alg}`]),
  ];
  return `ct(${parts.join(',')})`;
}

/** One action as ovs-ofctl prints it. Unknown ones, which it cannot print, are `unknown(hex)`. */
export function formatAction(action: Action): string {
  switch (action.type) {
    case 'output':
      return formatOutput(action);
    case 'output_reg':
      return `output:${formatSubfield(action.src)}`;
    case 'output_trunc':
      return `output(port=${formatPort(action.port)},max_len=${action.max_len})`;
    case 'group':
      return `group:${action.group_id}`;
    case 'controller':
      return formatController(action);
    case 'enqueue':
      return `enqueue:${formatPort(action.port)}:${action.queue}`;
    case 'bundle':
      return formatBundle(action);
    case 'multipath':
      return `multipath(${action.fields},${action.basis},${action.algorithm},${action.n_links},${action.arg},${formatSubfield(action.dst)})`;
    case 'set_field':
      return `set_field:${formatFieldValue(fieldNamed(action.field), action.value, action.mask)}->${action.field}`;
    case 'load':
      return formatLoad(action);
    case 'move':
      return `move:${formatSubfield(action.src)}->${formatSubfield(action.dst)}`;
    case 'push':
      return `push:${formatSubfield(action.src)}`;
    case 'pop':
      return `pop:${formatSubfield(action.dst)}`;
    case 'mod_dl_src':
    case 'mod_dl_dst':
      return `${action.type}:${formatEthernet(action.value)}`;
    case 'mod_nw_src':
    case 'mod_nw_dst':
      return `${action.type}:${formatIpv4(action.value)}`;
    case 'set_vlan_vid':
      return `${action.push_vlan_if_needed ? 'mod_vlan_vid' : 'set_vlan_vid'}:${action.value}`;
    case 'set_vlan_pcp':
      return `${action.push_vlan_if_needed ? 'mod_vlan_pcp' : 'set_vlan_pcp'}:${action.value}`;
    case 'set_mpls_label':
    case 'set_mpls_tc':
    case 'set_mpls_ttl':
      return `${action.type}(${action.value})`;
    case 'push_vlan':
      return `push_vlan:${hex(action.ethertype)}`;
    case 'push_mpls':
    case 'pop_mpls':
      return `${action.type}:${hex4(action.ethertype)}`;
    case 'set_tunnel':
    case 'set_tunnel64':
      return `${action.tun_id > 0xffffffffn ? 'set_tunnel64' : action.type}:${hex(action.tun_id)}`;
    case 'resubmit':
      return formatResubmit(action);
    case 'learn':
      return formatLearn(action);
    case 'ct':
      return formatConntrack(action);
    case 'nat':
      return formatNat(action);
    case 'sample':
      return formatSample(action);
    case 'encap':
      return formatEncap(action);
    default:
      return formatSmall(action);
  }
}

function formatSmall(action: Action): string {
  switch (action.type) {
    case 'mod_nw_tos':
    case 'mod_nw_ecn':
    case 'mod_nw_ttl':
    case 'mod_tp_src':
    case 'mod_tp_dst':
      return `${action.type}:${action.value}`;
    case 'dec_ttl_cnt_ids':
      return `dec_ttl(${action.ids.join(',')})`;
    case 'set_queue':
      return `set_queue:${action.queue}`;
    case 'fin_timeout': {
      const idle = action.idle_timeout === 0 ? [] : [`idle_timeout=${action.idle_timeout}`];
      const hard = action.hard_timeout === 0 ? [] : [`hard_timeout=${action.hard_timeout}`];
      return `fin_timeout(${[...idle, ...hard].join(',')})`;
    }
    case 'conjunction':
      return `conjunction(${action.id},${action.clause}/${action.n_clauses})`;
    case 'note':
      return `note:${formatBytes(action.data)}`;
    case 'check_pkt_larger':
      return `check_pkt_larger(${action.pkt_len})->${formatSubfield(action.dst)}`;
    case 'delete_field':
      return `delete_field:${action.field}`;
    case 'decap': {
      const type = action.packet_type;
      return type === undefined ? 'decap()' : `decap(packet_type(ns=${type >>> 16},type=${hex(type & 0xffff)}))`;
    }
    case 'clone':
    case 'write_actions':
      return `${action.type}(${formatActions(action.actions)})`;
    case 'write_metadata': {
      const mask = action.mask === undefined || action.mask === 2n ** 64n - 1n ? '' : `/${hex(action.mask)}`;
      return `write_metadata:${hex(action.metadata)}${mask}`;
    }
    case 'meter':
      return `meter:${action.meter_id}`;
    case 'goto_table':
      return `goto_table:${action.table}`;
    case 'unknown':
      return `unknown(${formatBytes(action.raw).replaceAll('.', '')})`;
    default:
      return action.type;
  }
}

/** Actions as ovs-ofctl prints them behind `actions=`; `drop` where there are none. */
export function formatActions(actions: readonly Action[]): string {
  const shown = actions.filter((action) => action.type !== 'apply_actions');
  return shown.length === 0 ? 'drop' : shown.map(formatAction).join(',');
}
