import { FlowMatch } from '../match/flow-match.ts';
import { meetsPrerequisite } from '../match/prerequisite.ts';
import { isMaskValid, isValueValid } from '../match/value-bits.ts';
import type { FieldValue, Match, MatchField, UnknownMatchField } from '../model/match.ts';
import { decodeError } from '../openflow-error.ts';
import { type Reader, readBig } from '../wire/reader.ts';
import { EXPERIMENTER_CLASS, type FieldHeader, findHeader, lengthFits } from './header.ts';

/**
 * How to treat what Open vSwitch would refuse: `strict` refuses unknown fields as it does, `keep` (the default) keeps them as
 * they are, `loose` is OVS's own loose decoding: unknown fields are dropped and prerequisites not asked for.
 */
export type UnknownPolicy = 'strict' | 'keep' | 'loose';

/** Nicira's pseudo-field that restricts a request to flows with a cookie: NXM class 1, number 30, 8 bytes. */
const COOKIE_HEAD = 0x00013c08;
const COOKIE_HEAD_MASKED = 0x00013d10;

export interface DecodedMatch {
  readonly match: Match;
  readonly cookie?: { readonly cookie: bigint; readonly mask: bigint };
}

interface Entry {
  readonly at: number;
  readonly head: number;
  readonly known: FieldHeader | undefined;
  readonly payload: number;
  readonly length: number;
}

function readEntry(reader: Reader): Entry {
  const at = reader.take(4, 'OFPBMC_BAD_LEN');
  const head = reader.view.getUint32(at);
  const isExperimenter = head >>> 16 === EXPERIMENTER_CLASS;
  let experimenter = 0;
  let length = head & 0xff;
  if (isExperimenter) {
    if (length < 4) throw decodeError('OFPBMC_BAD_LEN', at, 'an experimenter field has no room for its id');
    experimenter = reader.view.getUint32(reader.take(4, 'OFPBMC_BAD_LEN'));
    length -= 4;
  }
  const found = findHeader(head, experimenter);
  const known = found !== undefined && lengthFits(found, head) ? found : undefined;
  return { at, head, known, payload: reader.take(length, 'OFPBMC_BAD_LEN'), length };
}

function readValue(reader: Reader, header: FieldHeader, at: number, bytes: number): FieldValue {
  const { view } = reader;
  if (header.field.big) return readBig(view, at, bytes);
  switch (bytes) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at);
    default:
      return view.getUint32(at);
  }
}

function checkMaskCoversValue(reader: Reader, { at, head, payload, length }: Entry): void {
  if ((head & 0x100) === 0) return;
  const half = length >> 1;
  const { bytes } = reader;
  for (let byte = payload; byte < payload + half; byte++) {
    if (((bytes[byte] ?? 0) & ~(bytes[byte + half] ?? 0)) !== 0) {
      throw decodeError('OFPBMC_BAD_WILDCARDS', at, 'the value has 1-bits where the mask has 0-bits');
    }
  }
}

function knownField(reader: Reader, header: FieldHeader, entry: Entry): MatchField {
  const { field } = header;
  const masked = (entry.head & 0x100) !== 0;
  const bytes = masked ? entry.length >> 1 : entry.length;
  const value = readValue(reader, header, entry.payload, bytes);
  if (!masked) return field.variable ? { field: field.name, value, bytes } : { field: field.name, value };
  const mask = readValue(reader, header, entry.payload + bytes, bytes);
  return field.variable ? { field: field.name, value, mask, bytes } : { field: field.name, value, mask };
}

/** Decodes one entry of a known field, as actions hold them: no prerequisites, and unknown fields are an error. */
export function decodeEntry(reader: Reader): MatchField {
  const entry = readEntry(reader);
  if (entry.known === undefined) {
    const found = findHeader(entry.head, 0);
    const ofp = found === undefined ? 'OFPBAC_BAD_SET_TYPE' : 'OFPBAC_BAD_SET_LEN';
    throw decodeError(ofp, entry.at, `field 0x${entry.head.toString(16)} is unknown`);
  }
  checkMaskCoversValue(reader, entry);
  return knownField(reader, entry.known, entry);
}

/** Reused from match to match: what has been matched so far, for prerequisites and duplicates. */
const soFar = new FlowMatch();

/**
 * Decodes NXM and OXM entries up to the reader's end: known fields with their values checked as Open vSwitch does (mask
 * and value fit, prerequisites met, no field twice), unknown ones by the policy.
 */
export function decodeMatch(reader: Reader, policy: UnknownPolicy = 'keep', allowCookie = false): DecodedMatch {
  const match: (MatchField | UnknownMatchField)[] = [];
  let cookie: DecodedMatch['cookie'];
  soFar.clear();
  while (reader.offset < reader.end) {
    const entry = readEntry(reader);
    checkMaskCoversValue(reader, entry);
    if (entry.known === undefined) {
      if (allowCookie && (entry.head === COOKIE_HEAD || entry.head === COOKIE_HEAD_MASKED)) {
        if (cookie !== undefined) throw decodeError('OFPBMC_DUP_FIELD', entry.at, 'NXM_NX_COOKIE is there twice');
        const mask = entry.length === 16 ? reader.view.getBigUint64(entry.payload + 8) : 2n ** 64n - 1n;
        cookie = { cookie: reader.view.getBigUint64(entry.payload), mask };
      } else if (policy === 'strict') {
        throw decodeError('OFPBMC_BAD_FIELD', entry.at, `field 0x${entry.head.toString(16)} is unknown`);
      } else if (policy === 'keep') {
        const body = reader.bytes.slice(entry.at + 4, entry.payload + entry.length);
        match.push({ field: 'unknown', header: entry.head, body });
      }
      continue;
    }
    match.push(checkedField(reader, entry.known, entry, policy));
  }
  return cookie === undefined ? { match } : { match, cookie };
}

function checkedField(reader: Reader, header: FieldHeader, entry: Entry, policy: UnknownPolicy): MatchField {
  const { field } = header;
  const decoded = knownField(reader, header, entry);
  if (!isMaskValid(field, decoded.mask)) {
    throw decodeError('OFPBMC_BAD_MASK', entry.at, `${field.name} cannot have this mask`);
  }
  if (!isValueValid(field, decoded.value)) {
    throw decodeError('OFPBMC_BAD_VALUE', entry.at, `${decoded.value} is no value of ${field.name}`);
  }
  if (policy !== 'loose' && !meetsPrerequisite(field, soFar)) {
    throw decodeError('OFPBMC_BAD_PREREQ', entry.at, `${field.name} needs ${field.prerequisite} to be matched before`);
  }
  if (!soFar.isFieldWild(field)) throw decodeError('OFPBMC_DUP_FIELD', entry.at, `${field.name} is matched twice`);
  soFar.setField(field, decoded.value, decoded.mask);
  return decoded;
}
