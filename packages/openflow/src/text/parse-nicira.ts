import { ENCAP_HEADERS } from '../actions/nicira-actions.ts';
import { BUNDLE_ALGORITHMS, HASH_FIELDS, MULTIPATH_ALGORITHMS, PACKET_IN_REASONS } from '../actions/nicira-names.ts';
import { fieldNamed, findField } from '../field/field.ts';
import type { Action, Controller, EncapProperty } from '../model/action.ts';
import { Port } from '../model/port.ts';
import { parseError } from '../openflow-error.ts';
import { headerOf } from '../oxm/header.ts';
import type { ActionParser } from './action-parser.ts';
import { firstKeyValue, keyValues, tokens } from './key-value.ts';
import { atoi, parseU16, parseU32, scanHexBytes } from './parse-number.ts';
import { parseSubfield, scanSubfield } from './parse-subfield.ts';
import { parsePort, parseTable } from './port-text.ts';
import { OF13_UP } from './protocol.ts';

/** Splits `value->key`. */
export function splitArrow(text: string): { readonly value: string; readonly key: string } {
  const at = text.indexOf('->');
  if (at < 0) throw parseError(`${text}: missing \`->'`);
  const key = text.slice(at + 2);
  if (key === '') throw parseError(`${text}: missing field name following \`->'`);
  return { value: text.slice(0, at), key };
}

/** Whether a field has a header of 32 bits, which older actions need. */
export function hasShortHeader(name: Parameters<typeof fieldNamed>[0]): boolean {
  return headerOf(fieldNamed(name), 0)?.size === 4;
}

const multipath: ActionParser = (argument) => {
  const [fields, basis, algorithm, links, arg, dst] = tokens(argument, ', ');
  if (fields === undefined || basis === undefined || algorithm === undefined || links === undefined) {
    throw parseError(`${argument}: not enough arguments to multipath action`);
  }
  if (arg === undefined || dst === undefined) throw parseError(`${argument}: not enough arguments to multipath action`);
  const hash = HASH_FIELDS.find((name) => name === fields.toLowerCase());
  if (hash === undefined) throw parseError(`${argument}: unknown fields \`${fields}'`);
  const choice = MULTIPATH_ALGORITHMS.find((name) => name === algorithm.toLowerCase());
  if (choice === undefined) throw parseError(`${argument}: unknown algorithm \`${algorithm}'`);
  const n_links = atoi(links);
  if (n_links < 1 || n_links > 65536)
    throw parseError(`${argument}: n_links ${n_links} is not in valid range 1 to 65536`);
  const subfield = parseSubfield(dst);
  if (!hasShortHeader(subfield.field)) throw parseError(`${argument}: experimenter OXM field '${dst}' not supported`);
  if (subfield.width < 16 && n_links > 1 << subfield.width) {
    const values = 1 << subfield.width;
    throw parseError(
      `${argument}: ${subfield.width}-bit destination field has ${values} possible values, less than specified n_links ${n_links}`,
    );
  }
  return {
    type: 'multipath',
    fields: hash,
    basis: atoi(basis) & 0xffff,
    algorithm: choice,
    n_links,
    arg: atoi(arg) >>> 0,
    dst: subfield,
  };
};

function bundle(load: boolean): ActionParser {
  return (argument) => {
    const head = load ? 5 : 4;
    const found = new RegExp(`^[, ]*((?:[^, ]+[, ]+){${head}})([^: ]+)(?:[: ](.*))?$`, 's').exec(argument);
    if (found === null) throw parseError(`${argument}: not enough arguments to bundle action`);
    const [fields = '', basis = '', algorithm = '', memberType = '', dst] = tokens(found[1] ?? '', ', ');
    const delimiter = found[2] ?? '';
    if (!['members', 'slaves'].includes(delimiter.toLowerCase())) {
      throw parseError(`${argument}: missing member delimiter, expected \`members', got \`${delimiter}'`);
    }
    const members = tokens(found[3] ?? '', ', \\[\\]').map((member) => {
      const port = parsePort(member);
      if (port === undefined) throw parseError(`${member}: bad port number`);
      return port;
    });
    const hash = HASH_FIELDS.find((name) => name === fields.toLowerCase());
    if (hash === undefined) throw parseError(`${argument}: unknown fields \`${fields}'`);
    const choice = BUNDLE_ALGORITHMS.find((name) => name === algorithm.toLowerCase());
    if (choice === undefined) throw parseError(`${argument}: unknown algorithm \`${algorithm}'`);
    if (memberType.toLowerCase() !== 'ofport') throw parseError(`${argument}: unknown member_type \`${memberType}'`);
    const base = { type: 'bundle', fields: hash, basis: atoi(basis) & 0xffff, algorithm: choice, members } as const;
    if (!load || dst === undefined) return base;
    const subfield = parseSubfield(dst);
    if (!hasShortHeader(subfield.field)) throw parseError(`${argument}: experimenter OXM field '${dst}' not supported`);
    return { ...base, dst: subfield };
  };
}

const sample: ActionParser = (argument) => {
  let action: Action & { type: 'sample' } = {
    ...{ type: 'sample', probability: 0, collector_set_id: 0, obs_domain_id: 0, obs_point_id: 0 },
  };
  for (const { key, value } of keyValues(argument)) {
    if (key === 'probability') {
      action = { ...action, probability: parseU16(value, key) };
      if (action.probability === 0) throw parseError(`invalid probability value "${value}"`);
    } else if (key === 'collector_set_id' || key === 'obs_domain_id' || key === 'obs_point_id') {
      action = { ...action, [key]: parseU32(value) };
    } else if (key === 'sampling_port') {
      const port = parsePort(value);
      if (port === undefined) throw parseError(`${value}: unknown port`);
      const { sampling_port: _none, ...rest } = { sampling_port: undefined, ...action };
      action = port === Port.ANY ? rest : { ...action, sampling_port: port };
    } else if (key === 'ingress' || key === 'egress') action = { ...action, direction: key };
    else throw parseError(`invalid key "${key}" in "sample" argument`);
  }
  if (action.probability === 0) throw parseError('non-zero "probability" must be specified on sample');
  return action;
};

const controller: ActionParser = (argument) => {
  if (/^[0-9]*$/.test(argument)) {
    return { type: 'output', port: Port.CONTROLLER, max_len: argument === '' ? 0xffff : parseU16(argument, 'max_len') };
  }
  let action: Controller = { type: 'controller', max_len: 0xffff };
  let hasUserdata = false;
  for (const { key, value } of keyValues(argument)) {
    if (key === 'reason') {
      const reason = PACKET_IN_REASONS.find((name) => name === value.toLowerCase());
      if (reason === undefined) throw parseError(`unknown reason "${value}"`);
      action = { ...action, reason };
    } else if (key === 'max_len') action = { ...action, max_len: parseU16(value, 'max_len') };
    else if (key === 'id') action = { ...action, controller_id: parseU16(value, 'id') };
    else if (key === 'userdata') {
      const { bytes, rest } = scanHexBytes(value);
      if (rest !== '') throw parseError("bad hex digit in `controller' action `userdata'");
      hasUserdata = true;
      action = { ...action, userdata: bytes };
    } else if (key === 'pause') action = { ...action, pause: true };
    else if (key === 'meter_id') action = { ...action, meter_id: parseU32(value) };
    else throw parseError(`unknown key "${key}" parsing controller action`);
  }
  const { reason = 'action', controller_id = 0, pause, max_len = 0xffff, meter_id } = action;
  if (reason === 'action' && controller_id === 0 && !hasUserdata && !pause && meter_id === undefined) {
    return { type: 'output', port: Port.CONTROLLER, max_len };
  }
  return action;
};

function encapProperty(name: string, value: string, header: string): EncapProperty {
  if (header !== 'nsh' || (name !== 'md_type' && name !== 'tlv')) throw parseError(`Invalid property: ${name}`);
  if (value === '') throw parseError('Value missing for encap property');
  if (name === 'md_type') {
    const number = atoi(value);
    if (number !== 1 && number !== 2) throw parseError('invalid md_type');
    return { name: 'md_type', value: number };
  }
  const found = /^0x([0-9a-fA-F]+),(\d+),0x([0-9a-fA-F]+)$/.exec(value);
  if (found === null) throw parseError(`Invalid NSH TLV header: ${value}`);
  const [, tlvClass = '', type = '', data = ''] = found;
  if (data.length % 2 !== 0) throw parseError(`Invalid NSH TLV header: ${value}`);
  return {
    name: 'tlv',
    tlv_class: Number.parseInt(tlvClass, 16),
    tlv_type: Number(type),
    data: scanHexBytes(data).bytes,
  };
}

const encap: ActionParser = (argument, state) => {
  state.protocols &= OF13_UP;
  const first = firstKeyValue(argument);
  if (first === undefined) throw parseError(`Missing encap hdr: ${argument}`);
  const header = [...ENCAP_HEADERS].find(([, name]) => name === first.key);
  if (header === undefined) throw parseError(`Encap hdr not supported: ${first.value}`);
  const properties = [...keyValues(first.value)].map(({ key, value }) => encapProperty(key, value, first.key));
  return { type: 'encap', packet_type: header[0], ...(properties.length === 0 ? {} : { properties }) };
};

const decap: ActionParser = (argument) => {
  const first = firstKeyValue(argument);
  if (first === undefined) return { type: 'decap' };
  if (first.key !== 'packet_type') throw parseError(`Invalid decap argument: ${first.key}`);
  const [namespace, type] = [...keyValues(first.value)];
  if (namespace?.key !== 'ns') throw parseError('Missing packet_type attribute ns');
  const ns = parseU16(namespace.value, 'ns');
  if (ns > 5) throw parseError(`Unsupported ns value: ${ns}`);
  if (type?.key !== 'type') throw parseError('Missing packet_type attribute type');
  return { type: 'decap', packet_type: ns * 0x10000 + parseU16(type.value, 'type') };
};

const resubmit: ActionParser = (argument) => {
  const [port = '', table = '', ct = ''] = argument.split(',');
  const inPort = port === '' ? Port.IN_PORT : parsePort(port);
  if (inPort === undefined) throw parseError(`${port}: resubmit to unknown port`);
  const tableId = table === '' ? 0xff : parseTable(table);
  if (tableId === undefined) throw parseError(`${table}: resubmit to unknown table`);
  if (ct !== '' && ct !== 'ct') throw parseError(`${ct}: unknown parameter`);
  if (inPort === Port.IN_PORT && tableId === 0xff) {
    throw parseError('at least one "in_port" or "table" must be specified on resubmit');
  }
  return {
    type: 'resubmit',
    ...(inPort === Port.IN_PORT ? {} : { in_port: inPort }),
    ...(tableId === 0xff ? {} : { table: tableId }),
    ...(ct === 'ct' ? { ct: true } : {}),
  };
};

const conjunction: ActionParser = (argument) => {
  const found = /^\s*([+-]?\w+)\s*,\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(argument);
  if (found === null || Number.isNaN(Number(found[1]))) {
    throw parseError('"conjunction" syntax is "conjunction(id,i/n)"');
  }
  const [id, clause, n_clauses] = [Number(found[1]) >>> 0, Number(found[2]), Number(found[3])];
  if (n_clauses < 2) throw parseError('conjunction must have at least 2 clauses');
  if (n_clauses > 64) throw parseError('conjunction must have at most 64 clauses');
  if (clause < 1) throw parseError('clause index must be positive');
  if (clause > n_clauses) throw parseError('clause index must be less than or equal to number of clauses');
  return { type: 'conjunction', id, clause, n_clauses };
};

const checkPktLarger: ActionParser = (argument) => {
  const { value, key } = splitArrow(argument);
  const dst = parseSubfield(key);
  if (dst.width !== 1) throw parseError('Only 1-bit destination field is allowed');
  return { type: 'check_pkt_larger', pkt_len: parseU16(value.replace(/\)$/, ''), 'check_pkt_larger'), dst };
};

/** Reads `src->dst` of equal widths. */
export function parseMove(argument: string): Action & { type: 'move' } {
  const { subfield: src, rest } = scanSubfield(argument);
  if (!rest.startsWith('->')) throw parseError(`${argument}: missing \`->' following source`);
  const dst = parseSubfield(rest.slice(2));
  if (src.width !== dst.width) {
    throw parseError(`${argument}: source field is ${src.width} bits wide but destination is ${dst.width} bits wide`);
  }
  return { type: 'move', src, dst };
}

/** Parsers of Nicira's actions, by name in lower case. */
export const NICIRA_PARSERS: Readonly<Record<string, ActionParser>> = {
  multipath,
  bundle: bundle(false),
  bundle_load: bundle(true),
  sample,
  controller,
  encap,
  decap,
  resubmit,
  conjunction,
  check_pkt_larger: checkPktLarger,
  move: parseMove,
  push: (argument) => ({ type: 'push', src: parseSubfield(argument) }),
  pop: (argument) => ({ type: 'pop', dst: parseSubfield(argument) }),
  note: (argument) => {
    const { bytes, rest } = scanHexBytes(argument);
    if (rest !== '') throw parseError("bad hex digit in `note' argument");
    return { type: 'note', data: bytes };
  },
  delete_field: (argument) => {
    const field = findField(argument);
    if (field === undefined) throw parseError(`unknown field \`${argument}'`);
    return { type: 'delete_field', field: field.name };
  },
  fin_timeout: (argument) => {
    let action = { type: 'fin_timeout', idle_timeout: 0, hard_timeout: 0 } as const satisfies Action;
    for (const { key, value } of keyValues(argument)) {
      if (key !== 'idle_timeout' && key !== 'hard_timeout') {
        throw parseError(`invalid key '${key}' in 'fin_timeout' argument`);
      }
      action = Object.assign({}, action, { [key]: parseU16(value, key) });
    }
    return action;
  },
  dec_ttl: (argument) => {
    if (argument === '') return { type: 'dec_ttl' };
    const ids = tokens(argument, ', ').map((id) => atoi(id) & 0xffff);
    if (ids.length === 0) throw parseError('dec_ttl_cnt_ids: expected at least one controller id.');
    return { type: 'dec_ttl_cnt_ids', ids };
  },
  dec_nsh_ttl: () => ({ type: 'dec_nsh_ttl' }),
  exit: () => ({ type: 'exit' }),
  pop_queue: () => ({ type: 'pop_queue' }),
  ct_clear: () => ({ type: 'ct_clear' }),
  debug_recirc: () => ({ type: 'debug_recirc' }),
  debug_slow: () => ({ type: 'debug_slow' }),
  unroll_xlate: () => {
    throw parseError("UNROLL is an internal action that shouldn't be used via OpenFlow");
  },
  output_trunc: (argument) => {
    throw parseError(`unknown action ${argument}`);
  },
};
