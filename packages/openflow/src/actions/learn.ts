import { fieldNamed } from '../field/field.ts';
import type { Learn, LearnSource, LearnSpec } from '../model/learn-action.ts';
import type { Subfield } from '../model/match.ts';
import { decodeError, encodeError } from '../openflow-error.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import { type ActionDecoders, closeAction, openAction } from './action-frame.ts';
import { putSubfieldHeader, readFieldHeader, readShortHeader, shortHeader, subfield } from './subfield.ts';

/** NX_LEARN_F_*. */
const SEND_FLOW_REM = 1;
const DELETE_LEARNED = 2;
const WRITE_RESULT = 4;

/** A flow_mod_spec's header: source type in bit 13, destination type in bits 11-12, width in bits 0-10. */
const IMMEDIATE = 1 << 13;
const KINDS: readonly LearnSpec['kind'][] = ['match', 'load', 'output'];

function readSubfield(reader: Reader, width: number): Subfield {
  const header = readShortHeader(reader);
  return subfield(header, reader.u16(), width);
}

function specLength(header: number): number {
  const width = header & 0x7ff;
  const source = (header & IMMEDIATE) !== 0 ? 2 * Math.ceil(width / 16) : 6;
  return ((header >>> 11) & 3) === 2 ? source : source + 6;
}

function readSpecs(reader: Reader): LearnSpec[] {
  const specs: LearnSpec[] = [];
  while (reader.left >= 2) {
    const at = reader.offset;
    const header = reader.u16();
    if (header === 0) break;
    const width = header & 0x7ff;
    const kind = KINDS[(header >>> 11) & 3];
    const immediate = (header & IMMEDIATE) !== 0;
    if (kind === undefined || (kind === 'output' && immediate)) {
      throw decodeError('OFPBAC_BAD_ARGUMENT', at, `flow_mod_spec 0x${header.toString(16)}`);
    }
    if (reader.left < specLength(header)) throw decodeError('OFPBAC_BAD_LEN', at, 'a flow_mod_spec is cut off');
    const src: LearnSource = immediate
      ? { immediate: reader.big(2 * Math.ceil(width / 16)), width }
      : readSubfield(reader, width);
    if (kind === 'output') specs.push({ kind, src });
    else specs.push({ kind, src, dst: readSubfield(reader, width) });
  }
  if (!reader.restIsZero()) throw decodeError('OFPBAC_BAD_ARGUMENT', reader.offset, 'padding is not zero');
  return specs;
}

function readHead(reader: Reader, allowed: number): { learn: Omit<Learn, 'specs'>; flags: number } {
  const idle = reader.u16();
  const hard = reader.u16();
  const priority = reader.u16();
  const cookie = reader.u64();
  const flags = reader.u16();
  const table = reader.u8();
  if (reader.u8() !== 0 || table === 0xff || (flags & ~allowed) !== 0) {
    throw decodeError('OFPBAC_BAD_ARGUMENT', reader.offset, 'learn has a table, flag or padding that is not allowed');
  }
  const finIdle = reader.u16();
  const finHard = reader.u16();
  const learn: Omit<Learn, 'specs'> = {
    type: 'learn',
    table,
    priority,
    ...(idle === 0 ? {} : { idle_timeout: idle }),
    ...(hard === 0 ? {} : { hard_timeout: hard }),
    ...(finIdle === 0 ? {} : { fin_idle_timeout: finIdle }),
    ...(finHard === 0 ? {} : { fin_hard_timeout: finHard }),
    ...(cookie === 0n ? {} : { cookie }),
    ...((flags & SEND_FLOW_REM) !== 0 ? { send_flow_rem: true } : {}),
    ...((flags & DELETE_LEARNED) !== 0 ? { delete_learned: true } : {}),
  };
  return { learn, flags };
}

/** `learn`. */
export const learnDecoders: ActionDecoders = {
  NXAST_LEARN: (reader) => {
    const { learn } = readHead(reader, SEND_FLOW_REM | DELETE_LEARNED);
    return { ...learn, specs: readSpecs(reader) };
  },
  NXAST_LEARN2: (reader) => {
    const { learn, flags } = readHead(reader, SEND_FLOW_REM | DELETE_LEARNED | WRITE_RESULT);
    const limit = reader.u32();
    const start = reader.u16();
    if (reader.u16() !== 0) throw decodeError('NXBAC_MUST_BE_ZERO', reader.offset - 2, 'padding is not zero');
    let result: { result_dst?: Subfield } = {};
    if ((flags & WRITE_RESULT) !== 0) {
      const at = reader.offset;
      const header = readFieldHeader(reader);
      if (!header.field.writable)
        throw decodeError('OFPBAC_BAD_SET_ARGUMENT', at, `${header.field.name} is not writable`);
      result = { result_dst: subfield(header, start, 1) };
    } else if (start !== 0) throw decodeError('OFPBAC_BAD_ARGUMENT', reader.offset, 'a result bit without a field');
    return { ...learn, ...(limit === 0 ? {} : { limit }), ...result, specs: readSpecs(reader) };
  },
};

function putSubfield(writer: Writer, bits: Subfield): void {
  const header = shortHeader(bits);
  if (header === undefined) throw encodeError(`learn: field ${fieldNamed(bits.field).name} has no 32-bit header`);
  writer.u32(header);
  writer.u16(bits.start);
}

function putSpec(writer: Writer, spec: LearnSpec): void {
  const immediate = 'immediate' in spec.src;
  writer.u16(spec.src.width | (KINDS.indexOf(spec.kind) << 11) | (immediate ? IMMEDIATE : 0));
  if ('immediate' in spec.src) writer.big(spec.src.immediate, 2 * Math.ceil(spec.src.width / 16));
  else putSubfield(writer, spec.src);
  if (spec.kind !== 'output') putSubfield(writer, spec.dst);
}

/** Writes `learn(...)`: the second form where a limit or a result bit needs it. */
export function encodeLearn(writer: Writer, learn: Learn, version: number): void {
  const second = learn.form === 'NXAST_LEARN2' || !!learn.limit || learn.result_dst !== undefined;
  const start = openAction(writer, second ? 'NXAST_LEARN2' : 'NXAST_LEARN', version, second ? 40 : 32);
  const { view } = writer;
  const flags = (learn.send_flow_rem ? SEND_FLOW_REM : 0) | (learn.delete_learned ? DELETE_LEARNED : 0);
  view.setUint16(start + 10, learn.idle_timeout ?? 0);
  view.setUint16(start + 12, learn.hard_timeout ?? 0);
  view.setUint16(start + 14, learn.priority ?? 32768);
  view.setBigUint64(start + 16, learn.cookie ?? 0n);
  view.setUint16(start + 24, flags | (learn.result_dst === undefined ? 0 : WRITE_RESULT));
  view.setUint8(start + 26, learn.table ?? 1);
  view.setUint16(start + 28, learn.fin_idle_timeout ?? 0);
  view.setUint16(start + 30, learn.fin_hard_timeout ?? 0);
  if (second) {
    view.setUint32(start + 32, learn.limit ?? 0);
    view.setUint16(start + 36, learn.result_dst?.start ?? 0);
  }
  if (learn.result_dst !== undefined) putSubfieldHeader(writer, learn.result_dst, 0);
  for (const spec of learn.specs) putSpec(writer, spec);
  closeAction(writer, start);
}
