import type { MeterBand, MeterCommand, MeterFlag, MeterMod } from '../messages/meter.ts';
import { METER_FLAGS, MeterId } from '../messages/meter.ts';
import { parseError } from '../openflow-error.ts';
import { tokens } from './key-value.ts';
import { parseU8, parseU32 } from './parse-number.ts';

const MAX_METER = 0xffff0000;
const NAMED: Readonly<Record<string, number>> = {
  all: MeterId.ALL,
  controller: MeterId.CONTROLLER,
  slowpath: MeterId.SLOWPATH,
};

function parseMeterId(text: string): number {
  const named = NAMED[text];
  if (named !== undefined) return named;
  const id = parseU32(text);
  if (id === 0 || id > MAX_METER) throw parseError('invalid value for meter');
  return id;
}

/** Splits at `band…=`. */
function splitBands(text: string): { readonly head: string; readonly bands: string } {
  const at = text.indexOf('band');
  const equals = at < 0 ? -1 : text.indexOf('=', at + 1);
  if (equals < 0) throw parseError('must specify bands');
  return { head: text.slice(0, at), bands: text.slice(equals + 1) };
}

function parseHead(text: string, hasFlags: boolean): { readonly id: number; readonly flags: MeterFlag[] } {
  let id = 0;
  const flags = new Set<MeterFlag>();
  const words = tokens(text, '=, \t\r\n');
  for (let at = 0; at < words.length; at++) {
    const name = words[at] ?? '';
    const flag = hasFlags ? METER_FLAGS.find((known) => known === name) : undefined;
    if (flag !== undefined) {
      flags.add(flag);
      continue;
    }
    const value = words[++at];
    if (value === undefined) throw parseError(`field ${name} missing value`);
    if (name !== 'meter') throw parseError(`unknown keyword ${name}`);
    id = parseMeterId(value);
  }
  if (id === 0) throw parseError("must specify 'meter'");
  if (hasFlags && flags.size === 0) throw parseError("meter must specify either 'kbps' or 'pktps'");
  return { id, flags: METER_FLAGS.filter((flag) => flags.has(flag)) };
}

interface Draft {
  band_type: MeterBand['band_type'];
  rate: number;
  burst_size: number;
  prec_level: number;
}

function parseBands(text: string): Draft[] {
  const bands: Draft[] = [];
  const words = tokens(text, '=, \t\r\n');
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', value] = [words[at], words[at + 1]];
    if (value === undefined) throw parseError(`field ${name} missing value`);
    const band = bands.at(-1);
    if (name === 'type') {
      if (value !== 'drop' && value !== 'dscp_remark') throw parseError(`field ${name} unknown value ${value}`);
      bands.push({ band_type: value, rate: 0, burst_size: 0, prec_level: 0 });
    } else if (band === undefined) throw parseError("band must start with the 'type' keyword");
    else if (name === 'rate') band.rate = parseU32(value);
    else if (name === 'burst_size') band.burst_size = parseU32(value);
    else if (name === 'prec_level') band.prec_level = parseU8(value, name);
    else throw parseError(`unknown keyword ${name}`);
  }
  return bands;
}

function checkBand(band: Draft, burst: boolean): MeterBand {
  const remark = band.band_type === 'dscp_remark';
  if (remark && band.prec_level === 0) throw parseError("'dscp_remark' band must have 'prec_level'");
  if (!remark && band.prec_level !== 0) throw parseError("Only 'dscp_remark' band may have 'prec_level'");
  if (band.rate === 0) throw parseError("band must have 'rate'");
  if (burst && band.burst_size === 0) throw parseError("band must have 'burst_size' when 'burst' flag is set");
  if (!burst && band.burst_size !== 0) {
    throw parseError("band may have 'burst_size' only when 'burst' flag is set");
  }
  const { band_type, rate, burst_size, prec_level } = band;
  return remark ? { band_type, rate, burst_size, prec_level } : { band_type, rate, burst_size };
}

/** Parses the text of `ovs-ofctl add-meter`, `mod-meter` or `del-meter`. Throws a `parse` error with ovs-ofctl's words. */
export function parseMeterMod(text: string, command: MeterCommand): MeterMod {
  if (command === 'delete') {
    const { id } = parseHead(text, false);
    return { type: 'meter_mod', command, meter_id: id, flags: [], bands: [] };
  }
  const split = splitBands(text);
  const { id, flags } = parseHead(split.head, true);
  const drafts = parseBands(split.bands);
  if (drafts.length === 0) throw parseError('meter must have bands');
  const bands = drafts.map((band) => checkBand(band, flags.includes('burst')));
  return { type: 'meter_mod', command, meter_id: id, flags, bands };
}
