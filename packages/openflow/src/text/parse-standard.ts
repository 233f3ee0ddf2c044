import { fieldNamed, findField } from '../field/field.ts';
import { isValueValid } from '../match/value-bits.ts';
import type { Action, SetHeader } from '../model/action.ts';
import { Port } from '../model/port.ts';
import { parseError } from '../openflow-error.ts';
import type { ActionParser } from './action-parser.ts';
import { usableExact } from './field-protocols.ts';
import { formatFieldValue } from './field-text.ts';
import { keyValues } from './key-value.ts';
import { parseFieldValue } from './parse-field.ts';
import { splitArrow } from './parse-nicira.ts';
import { parseIp, parseMac, parseU8, parseU16, parseU32, parseU64, scanBytes } from './parse-number.ts';
import { parseSubfield } from './parse-subfield.ts';
import { parsePort, parseTable } from './port-text.ts';
import { NXM_OF11_UP, OF11_UP, OF13_UP } from './protocol.ts';

function outputTruncated(argument: string): Action {
  let port = 0;
  let max_len = 0;
  for (const { key, value } of keyValues(argument)) {
    if (key === 'port') {
      const found = parsePort(value);
      if (found === undefined) throw parseError(`output to unknown truncate port: ${value}`);
      if (found > 0xff00 && found !== Port.LOCAL && found !== Port.IN_PORT) {
        throw parseError(`output to unsupported truncate port: ${value}`);
      }
      port = found;
    } else if (key === 'max_len') {
      max_len = parseU32(value);
      if (max_len < 14) throw parseError(`max_len ${max_len} is less than the minimum value 14`);
    } else throw parseError(`invalid key '${key}' in output_trunc argument`);
  }
  return { type: 'output_trunc', port, max_len };
}

const output: ActionParser = (argument) => {
  if (argument.includes('port') && argument.includes('max_len')) return outputTruncated(argument);
  const port = parsePort(argument);
  if (port !== undefined) return { type: 'output', port, max_len: port === Port.CONTROLLER ? 0xffff : 0 };
  try {
    return { type: 'output_reg', src: parseSubfield(argument), max_len: 0xffff };
  } catch {
    throw parseError(`${argument}: output to unknown port`);
  }
};

const enqueue: ActionParser = (argument) => {
  const found = /^[:q,]*([^:q,]+)[:q,](.+)$/s.exec(argument);
  if (found === null) throw parseError('"enqueue" syntax is "enqueue:PORT:QUEUE" or "enqueue(PORT,QUEUE)"');
  const port = parsePort(found[1] ?? '');
  if (port === undefined) throw parseError(`${found[1]}: enqueue to unknown port`);
  return { type: 'enqueue', port, queue: parseU32(found[2] ?? '') };
};

function vlanVid(push: boolean): ActionParser {
  return (argument) => {
    const value = parseU16(argument, 'VLAN VID');
    if (value > 0xfff) throw parseError(`${argument}: not a valid VLAN VID`);
    return { type: 'set_vlan_vid', value, ...(push ? { push_vlan_if_needed: true } : {}) };
  };
}

function vlanPcp(push: boolean): ActionParser {
  return (argument) => {
    const value = parseU8(argument, 'VLAN PCP');
    if (value > 7) throw parseError(`${argument}: not a valid VLAN PCP`);
    return { type: 'set_vlan_pcp', value, ...(push ? { push_vlan_if_needed: true } : {}) };
  };
}

function small(type: SetHeader['type'], name: string, bits: number): ActionParser {
  return (argument) => {
    const value = parseU8(argument, name);
    if ((value & ~bits) !== 0) throw parseError(`${argument}: not a valid ${name}`);
    return { type, value };
  };
}

const setField: ActionParser = (argument, state) => {
  const { value: text, key } = splitArrow(argument);
  const field = findField(key);
  if (field === undefined) throw parseError(`${key} is not a valid OXM field name`);
  if (!field.writable) throw parseError(`${key} is read-only`);
  const { value, mask } = parseFieldValue(field, text);
  if (!isValueValid(field, value)) throw parseError(`${text} is not a valid value for field ${key}`);
  state.protocols &= usableExact(field);
  return { type: 'set_field', field: field.name, value, ...(mask === field.ones ? {} : { mask }) };
};

const load: ActionParser = (argument) => {
  const { value: text, key } = splitArrow(argument);
  const dst = parseSubfield(key);
  const field = fieldNamed(dst.field);
  const number = scanBytes(text, field.bytes);
  if (number === undefined || number.rest !== '') throw parseError(`${argument}: cannot parse integer value`);
  if (number.value >> BigInt(dst.width) !== 0n) {
    const shown = formatFieldValue(field, field.big ? number.value : Number(number.value));
    throw parseError(`${argument}: value ${shown} does not fit into ${dst.width} bits`);
  }
  return { type: 'load', dst, value: number.value };
};

function mpls(type: 'set_mpls_label' | 'set_mpls_tc' | 'set_mpls_ttl'): ActionParser {
  const word = type.slice('set_mpls_'.length);
  return (argument) => {
    if (argument === '') throw parseError(`${type}: expected ${word}.`);
    if (type === 'set_mpls_label') {
      const value = parseU32(argument);
      if (value > 0xfffff) throw parseError(`${argument}: not a valid MPLS label`);
      return { type, value };
    }
    const name = `MPLS ${word.toUpperCase()}`;
    const value = parseU8(argument, name);
    if (type === 'set_mpls_tc' && value > 7) throw parseError(`${argument}: not a valid ${name}`);
    return { type, value };
  };
}

/** Parsers of OpenFlow's own actions, by name in lower case. */
export const STANDARD_PARSERS: Readonly<Record<string, ActionParser>> = {
  output,
  output_reg: output,
  enqueue,
  group: (argument) => ({ type: 'group', group_id: parseU32(argument) }),
  set_vlan_vid: vlanVid(false),
  mod_vlan_vid: vlanVid(true),
  set_vlan_pcp: vlanPcp(false),
  mod_vlan_pcp: vlanPcp(true),
  strip_vlan: () => ({ type: 'strip_vlan' }),
  pop_vlan: () => ({ type: 'pop_vlan' }),
  push_vlan: (argument, state) => {
    state.protocols &= OF11_UP;
    const ethertype = parseU16(argument, 'ethertype');
    if (ethertype !== 0x8100 && ethertype !== 0x88a8) throw parseError(`${argument}: not a valid VLAN ethertype`);
    return { type: 'push_vlan', ethertype };
  },
  mod_dl_src: (argument) => ({ type: 'mod_dl_src', value: parseMac(argument) }),
  mod_dl_dst: (argument) => ({ type: 'mod_dl_dst', value: parseMac(argument) }),
  mod_nw_src: (argument) => ({ type: 'mod_nw_src', value: parseIp(argument) }),
  mod_nw_dst: (argument) => ({ type: 'mod_nw_dst', value: parseIp(argument) }),
  mod_nw_tos: small('mod_nw_tos', 'TOS', 0xfc),
  mod_nw_ecn: small('mod_nw_ecn', 'ECN', 3),
  mod_nw_ttl: small('mod_nw_ttl', 'TTL', 0xff),
  set_nw_ttl: small('mod_nw_ttl', 'TTL', 0xff),
  mod_tp_src: (argument) => ({ type: 'mod_tp_src', value: parseU16(argument, 'source port') }),
  mod_tp_dst: (argument) => ({ type: 'mod_tp_dst', value: parseU16(argument, 'destination port') }),
  set_field: setField,
  load,
  set_mpls_label: mpls('set_mpls_label'),
  set_mpls_tc: mpls('set_mpls_tc'),
  set_mpls_ttl: mpls('set_mpls_ttl'),
  dec_mpls_ttl: () => ({ type: 'dec_mpls_ttl' }),
  push_mpls: (argument) => ({ type: 'push_mpls', ethertype: parseU16(argument, 'push_mpls') }),
  pop_mpls: (argument) => ({ type: 'pop_mpls', ethertype: parseU16(argument, 'pop_mpls') }),
  set_tunnel: (argument) => ({ type: 'set_tunnel', tun_id: parseU64(argument) }),
  set_tunnel64: (argument) => ({ type: 'set_tunnel64', tun_id: parseU64(argument) }),
  set_queue: (argument) => ({ type: 'set_queue', queue: parseU32(argument) }),
  meter: (argument, state) => {
    state.protocols &= OF13_UP;
    return { type: 'meter', meter_id: parseU32(argument) };
  },
  clear_actions: () => ({ type: 'clear_actions' }),
  write_metadata: (argument, state) => {
    state.protocols &= NXM_OF11_UP;
    const slash = argument.indexOf('/');
    if (slash < 0) return { type: 'write_metadata', metadata: parseU64(argument) };
    const mask = parseU64(argument.slice(slash + 1));
    return { type: 'write_metadata', metadata: parseU64(argument.slice(0, slash)), mask };
  },
  goto_table: (argument) => {
    const table = parseTable(argument);
    if (table === undefined) throw parseError(`unknown table "${argument}"`);
    return { type: 'goto_table', table };
  },
};
