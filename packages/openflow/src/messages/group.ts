import { decodeActions } from '../actions/decode-actions.ts';
import { encodeActions } from '../actions/encode-actions.ts';
import { readProperties } from '../actions/property.ts';
import { type FieldName, fieldNamed } from '../field/field.ts';
import type { Action } from '../model/action.ts';
import type { FieldValue } from '../model/match.ts';
import { Port } from '../model/port.ts';
import { decodeError } from '../openflow-error.ts';
import { decodeEntry, type UnknownPolicy } from '../oxm/decode-match.ts';
import { putField } from '../oxm/encode-match.ts';
import { listOf, type Part, padded, struct, u32, u64 } from '../wire/layout.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import { type BodyCodec, plainBody } from './base.ts';
import { ANY_GROUP, readPort } from './flow-mod.ts';

export type GroupType = 'all' | 'select' | 'indirect' | 'ff';
export const GROUP_TYPES: readonly GroupType[] = ['all', 'select', 'indirect', 'ff'];

/** Commands of a group mod; the last two are OpenFlow 1.5's. */
export type GroupCommand = 'add' | 'modify' | 'delete' | 'add_or_mod' | 'insert_bucket' | 'remove_bucket';
const COMMAND_NUMBERS: Readonly<Record<GroupCommand, number>> = {
  add: 0,
  modify: 1,
  delete: 2,
  insert_bucket: 3,
  remove_bucket: 5,
  add_or_mod: 0x8000,
};

/** Bucket ids with a meaning of their own, in `command_bucket_id`. */
export const BucketId = { FIRST: 0xfffffffd, LAST: 0xfffffffe, ALL: 0xffffffff } as const;
export const GroupId = { ALL: 0xfffffffc, ANY: 0xffffffff } as const;

/** A way through a group. */
export interface Bucket {
  /** OpenFlow 1.5; before, buckets are numbered in their order. */
  readonly bucket_id?: number;
  readonly weight?: number;
  readonly watch_port?: number;
  readonly watch_group?: number;
  readonly actions: readonly Action[];
}

/** A field that `selection_method=hash` hashes, with a mask where only some bits count. */
export interface HashField {
  readonly field: FieldName;
  readonly mask: FieldValue;
}

/** A group as one wants it. */
export interface Group {
  readonly group_id: number;
  readonly group_type: GroupType;
  readonly buckets: readonly Bucket[];
  /** Nicira's extension for select groups: `hash`, `dp_hash` … */
  readonly selection_method?: string;
  readonly selection_method_param?: bigint;
  readonly fields?: readonly HashField[];
}

/** OFPT_GROUP_MOD, NXT_GROUP_MOD. */
export interface GroupMod extends Group {
  readonly type: 'group_mod';
  readonly command: GroupCommand;
  /** Where to insert buckets, or which to remove. */
  readonly command_bucket_id?: number;
}

const bucketDefaults = { weight: 0, watch_port: Port.ANY, watch_group: ANY_GROUP };

function makeBucket(bucket: Required<Omit<Bucket, 'bucket_id'>>, id: number | undefined): Bucket {
  return {
    ...(id === undefined ? {} : { bucket_id: id }),
    ...(bucket.weight === bucketDefaults.weight ? {} : { weight: bucket.weight }),
    ...(bucket.watch_port === bucketDefaults.watch_port ? {} : { watch_port: bucket.watch_port }),
    ...(bucket.watch_group === bucketDefaults.watch_group ? {} : { watch_group: bucket.watch_group }),
    actions: bucket.actions,
  };
}

function readBucket11(reader: Reader, version: number, policy: UnknownPolicy): Bucket {
  const start = reader.offset;
  const length = reader.left >= 16 ? reader.u16() : 0;
  if (length < 16 || length % 8 !== 0 || length - 2 > reader.left) {
    throw decodeError('OFPGMFC_BAD_BUCKET', start, `a bucket of ${length} bytes`);
  }
  const body = reader.window(length - 2);
  const weight = body.u16();
  const watch_port = readPort(body, 'OFPGMFC_BAD_WATCH');
  const watch_group = body.u32();
  body.skip(4);
  return makeBucket({ weight, watch_port, watch_group, actions: decodeActions(body, version, policy) }, undefined);
}

function writeBucket11(writer: Writer, bucket: Bucket, version: number, select: boolean): void {
  const start = writer.length;
  writer.u16(0);
  writer.u16(bucket.weight ?? (select ? 1 : 0));
  writer.u32(bucket.watch_port ?? Port.ANY);
  writer.u32(bucket.watch_group ?? ANY_GROUP);
  writer.u32(0);
  encodeActions(writer, bucket.actions, version);
  writer.setU16(start, writer.length - start);
}

const BUCKET_WEIGHT = 0;
const BUCKET_WATCH_PORT = 1;
const BUCKET_WATCH_GROUP = 2;

function readBucket15(reader: Reader, version: number, policy: UnknownPolicy): Bucket {
  const start = reader.offset;
  if (reader.left < 8) throw decodeError('OFPGMFC_BAD_BUCKET', start, 'a bucket is cut off');
  const length = reader.u16();
  const actionsLength = reader.u16();
  const id = reader.u32();
  if (length < 8 + actionsLength || length % 8 !== 0 || length - 8 > reader.left || actionsLength % 8 !== 0) {
    throw decodeError('OFPGMFC_BAD_BUCKET', start, `a bucket of ${length} bytes`);
  }
  const actions = decodeActions(reader.window(actionsLength), version, policy);
  const bucket = { ...bucketDefaults, weight: 0, watch_port: Port.ANY as number, actions };
  readProperties(reader.window(length - 8 - actionsLength), (type, body, at) => {
    if (type === BUCKET_WEIGHT) bucket.weight = body.u16();
    else if (type === BUCKET_WATCH_PORT) bucket.watch_port = readPort(body, 'OFPGMFC_BAD_WATCH');
    else if (type === BUCKET_WATCH_GROUP) bucket.watch_group = body.u32();
    else if (policy !== 'keep') throw decodeError('OFPBPC_BAD_TYPE', at, `bucket property ${type}`);
  });
  return makeBucket(bucket, id);
}

function writeProperty32(writer: Writer, type: number, value: number): void {
  writer.u16(type);
  writer.u16(8);
  writer.u32(value);
}

function writeBucket15(writer: Writer, bucket: Bucket, at: number, version: number, type: GroupType): void {
  const start = writer.length;
  writer.u32(0);
  writer.u32(bucket.bucket_id ?? at);
  encodeActions(writer, bucket.actions, version);
  writer.setU16(start + 2, writer.length - start - 8);
  const weight = bucket.weight ?? (type === 'select' ? 1 : 0);
  if (type === 'select' || weight !== 0) {
    writer.u16(BUCKET_WEIGHT);
    writer.u16(8);
    writer.u16(weight);
    writer.u16(0);
  }
  if (bucket.watch_port !== undefined) writeProperty32(writer, BUCKET_WATCH_PORT, bucket.watch_port);
  if (bucket.watch_group !== undefined) writeProperty32(writer, BUCKET_WATCH_GROUP, bucket.watch_group);
  writer.setU16(start, writer.length - start);
}

/** NTR group property: experimenter property of the Netronome vendor with the selection method. */
const EXPERIMENTER_PROPERTY = 0xffff;
const NTR_VENDOR = 0x0000154d;
const NTR_SELECTION_METHOD = 1;
const NTR_COMPAT_VENDOR = 0x00001540;

type Selection = Pick<Group, 'selection_method' | 'selection_method_param' | 'fields'>;

function readSelection(reader: Reader, policy: UnknownPolicy): Selection {
  let selection: Selection = {};
  readProperties(reader, (type, body, start) => {
    const vendor = type === EXPERIMENTER_PROPERTY && body.left >= 8 ? body.u32() : 0;
    const subtype = vendor === 0 ? 0 : body.u32();
    if ((vendor !== NTR_VENDOR && vendor !== NTR_COMPAT_VENDOR) || subtype !== NTR_SELECTION_METHOD) {
      if (policy === 'keep') return;
      throw decodeError('OFPBPC_BAD_TYPE', start, `group property ${type}`);
    }
    body.skip(4);
    let method = '';
    const at = body.take(16, 'OFPBPC_BAD_LEN');
    for (let byte = at; byte < at + 16 && body.bytes[byte] !== 0; byte++)
      method += String.fromCharCode(body.bytes[byte] ?? 0);
    if (method !== '' && method !== 'hash' && method !== 'dp_hash') {
      throw decodeError('OFPBPC_BAD_VALUE', at, `selection method ${method}`);
    }
    const param = body.u64();
    const fields: HashField[] = [];
    while (body.left > 0) {
      const entry = decodeEntry(body);
      fields.push({ field: entry.field, mask: entry.value });
    }
    selection = {
      ...(method === '' ? {} : { selection_method: method }),
      ...(param === 0n ? {} : { selection_method_param: param }),
      ...(fields.length === 0 ? {} : { fields }),
    };
  });
  return selection;
}

function writeSelection(writer: Writer, group: Selection, version: number): void {
  if (group.selection_method === undefined) return;
  const start = writer.length;
  writer.u16(EXPERIMENTER_PROPERTY);
  writer.u16(0);
  writer.u32(NTR_VENDOR);
  writer.u32(NTR_SELECTION_METHOD);
  writer.u32(0);
  const at = writer.grow(16);
  writer.bytes.fill(0, at, at + 16);
  for (let index = 0; index < Math.min(15, group.selection_method.length); index++) {
    writer.bytes[at + index] = group.selection_method.charCodeAt(index);
  }
  writer.u64(group.selection_method_param ?? 0n);
  const sorted = [...(group.fields ?? [])].sort((a, b) => fieldNamed(a.field).index - fieldNamed(b.field).index);
  for (const { field, mask } of sorted) putField(writer, { field, value: mask }, version === 1 ? 0 : version);
  writer.setU16(start + 2, writer.length - start);
  writer.pad8(start);
}

function groupType(number: number, at: number): GroupType {
  const type = GROUP_TYPES[number];
  if (type === undefined) throw decodeError('OFPGMFC_BAD_TYPE', at, `group type ${number}`);
  return type;
}

function readCommand(reader: Reader): GroupCommand {
  const number = reader.u16();
  const found = Object.entries(COMMAND_NUMBERS).find(([, known]) => known === number);
  if (found === undefined) throw decodeError('OFPGMFC_BAD_COMMAND', reader.offset - 2, `command ${number}`);
  return found[0] as GroupCommand;
}

const isNumbered = (version: number): boolean => version === 1 || version >= 6;

/** OpenFlow 1.5 and Nicira's form for 1.0 number their buckets; the versions between do not. */
export const groupModBody: BodyCodec<GroupMod> = {
  read: (reader, { version, policy }) => {
    const at = reader.offset;
    const command = readCommand(reader);
    const group_type = groupType(reader.u8(), reader.offset);
    reader.skip(1);
    const group_id = reader.u32();
    const base = { type: 'group_mod', command, group_type, group_id } as const;
    if (!isNumbered(version)) {
      const buckets: Bucket[] = [];
      while (reader.left > 0) buckets.push(readBucket11(reader, version, policy));
      return checkGroupMod({ ...base, buckets }, policy, at);
    }
    const length = reader.u16();
    reader.skip(2);
    const bucketId = reader.u32();
    if (length > reader.left) throw decodeError('OFPBRC_BAD_LEN', at, `buckets of ${length} bytes`);
    const list = reader.window(length);
    const buckets: Bucket[] = [];
    while (list.left > 0) buckets.push(readBucket15(list, version, policy));
    const where = bucketId === BucketId.ALL ? {} : { command_bucket_id: bucketId };
    return checkGroupMod({ ...base, ...where, ...readSelection(reader, policy), buckets }, policy, at);
  },
  write: (writer, group, { version }) => {
    writer.u16(COMMAND_NUMBERS[group.command]);
    writer.u8(GROUP_TYPES.indexOf(group.group_type));
    writer.u8(0);
    writer.u32(group.group_id);
    if (!isNumbered(version)) {
      for (const bucket of group.buckets) writeBucket11(writer, bucket, version, group.group_type === 'select');
      return;
    }
    const at = writer.length;
    writer.u32(0);
    writer.u32(group.command_bucket_id ?? BucketId.ALL);
    const start = writer.length;
    for (const [index, bucket] of group.buckets.entries())
      writeBucket15(writer, bucket, index, version, group.group_type);
    writer.setU16(at, writer.length - start);
    writeSelection(writer, group, version);
  },
};

/** What Open vSwitch refuses in a group mod. */
function checkGroupMod(group: GroupMod, policy: UnknownPolicy, at: number): GroupMod {
  if (policy === 'keep') return group;
  const { command, group_type, buckets } = group;
  const adds = command === 'add' || command === 'modify' || command === 'add_or_mod';
  if (adds && group_type === 'indirect' && buckets.length !== 1) {
    throw decodeError('OFPGMFC_INVALID_GROUP', at, 'an indirect group has one bucket');
  }
  for (const bucket of buckets) {
    if ((bucket.weight ?? 0) !== 0 && group_type !== 'select') {
      throw decodeError('OFPGMFC_INVALID_GROUP', at, 'only select groups have weights');
    }
    const watches = bucket.watch_port !== undefined || bucket.watch_group !== undefined;
    if (group_type === 'ff' && !watches && command !== 'remove_bucket' && command !== 'delete') {
      throw decodeError('OFPGMFC_INVALID_GROUP', at, 'a fast failover bucket must watch something');
    }
  }
  return group;
}

/** Asks for groups by id; {@link GroupId}.ANY asks for all. */
export interface GroupStatsRequest {
  readonly type: 'group_stats_request';
  readonly group_id: number;
}
export const groupStatsRequestBody: BodyCodec<GroupStatsRequest> = plainBody<GroupStatsRequest>(
  'group_stats_request',
  struct({ group_id: padded(u32, 4) }),
);

export interface GroupStats {
  readonly group_id: number;
  readonly ref_count: number;
  readonly packet_count: bigint;
  readonly byte_count: bigint;
  /** OpenFlow 1.3 and later, and Nicira's for 1.0. */
  readonly duration_sec?: number;
  readonly duration_nsec?: number;
  readonly buckets: readonly { readonly packet_count: bigint; readonly byte_count: bigint }[];
}
export interface GroupStatsReply {
  readonly type: 'group_stats_reply';
  readonly groups: readonly GroupStats[];
}

const bucketCounter = struct({ packet_count: u64, byte_count: u64 });
const groupStats: Part<GroupStats> = {
  read: (reader, version) => {
    const start = reader.offset;
    const length = reader.u16();
    const timed = version === 1 || version >= 4;
    if (length < (timed ? 40 : 32) || length - 2 > reader.left)
      throw decodeError('OFPBRC_BAD_LEN', start, `${length} bytes`);
    const body = reader.window(length - 2);
    body.skip(2);
    const group_id = body.u32();
    const ref_count = body.u32();
    body.skip(4);
    const counts = bucketCounter.read(body, version);
    const times = timed ? { duration_sec: body.u32(), duration_nsec: body.u32() } : {};
    return { group_id, ref_count, ...counts, ...times, buckets: listOf(bucketCounter).read(body, version) };
  },
  write: (writer, stats, version) => {
    const start = writer.length;
    writer.u32(0);
    writer.u32(stats.group_id);
    writer.u32(stats.ref_count);
    writer.u32(0);
    bucketCounter.write(writer, stats, version);
    if (version === 1 || version >= 4) {
      writer.u32(stats.duration_sec ?? 0);
      writer.u32(stats.duration_nsec ?? 0);
    }
    listOf(bucketCounter).write(writer, stats.buckets, version);
    writer.setU16(start, writer.length - start);
  },
};
export const groupStatsReplyBody: BodyCodec<GroupStatsReply> = plainBody<GroupStatsReply>(
  'group_stats_reply',
  struct({ groups: listOf(groupStats) }),
);

export interface GroupDescRequest {
  readonly type: 'group_desc_request';
  /** OpenFlow 1.5 and Nicira's for 1.0; the others tell of all. */
  readonly group_id: number;
}
export const groupDescRequestBody: BodyCodec<GroupDescRequest> = {
  read: (reader, { version }) => {
    if (!isNumbered(version)) return { type: 'group_desc_request', group_id: GroupId.ANY };
    const group_id = reader.u32();
    reader.skip(4);
    return { type: 'group_desc_request', group_id };
  },
  write: (writer, { group_id }, { version }) => {
    if (!isNumbered(version)) return;
    writer.u32(group_id);
    writer.u32(0);
  },
};

export interface GroupDescReply {
  readonly type: 'group_desc_reply';
  readonly groups: readonly Group[];
}

function readGroupDesc(reader: Reader, version: number, policy: UnknownPolicy): Group {
  const start = reader.offset;
  if (reader.left < 8) throw decodeError('OFPBRC_BAD_LEN', start, 'leftover bytes');
  const length = reader.u16();
  const group_type = groupType(reader.u8(), start);
  reader.skip(1);
  const group_id = reader.u32();
  if (length < 8 || length - 8 > reader.left) throw decodeError('OFPBRC_BAD_LEN', start, `a group of ${length} bytes`);
  const body = reader.window(length - 8);
  const buckets: Bucket[] = [];
  if (!isNumbered(version)) {
    while (body.left > 0) buckets.push(readBucket11(body, version, policy));
    return { group_id, group_type, buckets };
  }
  const bucketsLength = body.u16();
  body.skip(6);
  const list = body.window(bucketsLength);
  while (list.left > 0) buckets.push(readBucket15(list, version, policy));
  return { group_id, group_type, buckets, ...readSelection(body, policy) };
}

export const groupDescReplyBody: BodyCodec<GroupDescReply> = {
  read: (reader, { version, policy }) => {
    const groups: Group[] = [];
    while (reader.left > 0) groups.push(readGroupDesc(reader, version, policy));
    return { type: 'group_desc_reply', groups };
  },
  write: (writer, { groups }, { version }) => {
    for (const group of groups) {
      const start = writer.length;
      writer.u16(0);
      writer.u8(GROUP_TYPES.indexOf(group.group_type));
      writer.u8(0);
      writer.u32(group.group_id);
      if (isNumbered(version)) {
        const at = writer.length;
        writer.zeros(8);
        const first = writer.length;
        for (const [index, bucket] of group.buckets.entries())
          writeBucket15(writer, bucket, index, version, group.group_type);
        writer.setU16(at, writer.length - first);
        writeSelection(writer, group, version);
      } else for (const bucket of group.buckets) writeBucket11(writer, bucket, version, group.group_type === 'select');
      writer.setU16(start, writer.length - start);
    }
  },
};

/** OFPST_GROUP_FEATURES: by group type, in the order of {@link GROUP_TYPES}. */
export interface GroupFeaturesReply {
  readonly type: 'group_features_reply';
  readonly types: number;
  readonly capabilities: number;
  readonly max_groups: readonly number[];
  /** Bits of OFPAT_*. */
  readonly actions: readonly number[];
}
const four: Part<readonly number[]> = {
  read: (reader) => [reader.u32(), reader.u32(), reader.u32(), reader.u32()],
  write: (writer, values) => {
    for (let at = 0; at < 4; at++) writer.u32(values[at] ?? 0);
  },
};
export const groupFeaturesReplyBody: BodyCodec<GroupFeaturesReply> = plainBody<GroupFeaturesReply>(
  'group_features_reply',
  struct({ types: u32, capabilities: u32, max_groups: four, actions: four }),
);
