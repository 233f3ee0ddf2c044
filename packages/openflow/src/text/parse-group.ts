import { fieldNamed, findField } from '../field/field.ts';
import { isMaskValid } from '../match/value-bits.ts';
import {
  type Bucket,
  BucketId,
  GROUP_TYPES,
  type GroupCommand,
  GroupId,
  type GroupMod,
  type GroupType,
  type HashField,
} from '../messages/group.ts';
import { Port } from '../model/port.ts';
import { parseError } from '../openflow-error.ts';
import { ParseState } from './action-parser.ts';
import { usableProtocols } from './field-protocols.ts';
import { keyValues } from './key-value.ts';
import { parseActionList } from './parse-actions.ts';
import { parseExactValue } from './parse-field.ts';
import { parseU16, parseU32, parseU64 } from './parse-number.ts';
import { parsePort } from './port-text.ts';
import { NXM_ANY, OF10_STD_ANY, OF15_UP } from './protocol.ts';

/** A parsed group and the protocols that can carry it, as bits. */
export interface ParsedGroup {
  readonly group: GroupMod;
  readonly protocols: number;
}

/** Protocols that know buckets by id and selection methods: OpenFlow 1.5 and Nicira's extension of 1.0. */
const NUMBERED = OF10_STD_ANY | NXM_ANY | OF15_UP;
const MAX_GROUP = 0xffffff00;
const MAX_BUCKET = 0xffffff00;
const MAX_METHOD = 15;

interface Fields {
  readonly type: boolean;
  readonly buckets: boolean;
  readonly commandBucket: boolean;
  readonly allBuckets: boolean;
}

const SETS: Fields = { type: true, buckets: true, commandBucket: false, allBuckets: false };
const FIELDS: Readonly<Record<GroupCommand, Fields>> = {
  add: SETS,
  modify: SETS,
  add_or_mod: SETS,
  delete: { type: false, buckets: false, commandBucket: false, allBuckets: false },
  insert_bucket: { type: false, buckets: true, commandBucket: true, allBuckets: false },
  remove_bucket: { type: false, buckets: false, commandBucket: true, allBuckets: true },
};

const BUCKET_WORDS: Readonly<Record<string, number>> = {
  all: BucketId.ALL,
  first: BucketId.FIRST,
  last: BucketId.LAST,
};

class GroupParser {
  readonly state = new ParseState();
  readonly #fields: Fields;
  readonly #command: GroupCommand;
  #groupId: number | undefined;
  #type: GroupType | undefined;
  #commandBucket: number | undefined;
  #method: string | undefined;
  #param: bigint | undefined;
  #hash: HashField[] = [];

  constructor(command: GroupCommand) {
    this.#command = command;
    this.#fields = FIELDS[command];
    if (this.#fields.commandBucket) this.state.protocols &= NUMBERED;
  }

  parse(text: string): GroupMod {
    const at = text.indexOf('bucket=');
    const head = at < 0 ? text : text.slice(0, at);
    const pairs = [...keyValues(head)];
    for (const { key, value } of pairs) this.#pair(key, value);
    const group_id = this.#checkHead();
    if (at >= 0 && !this.#fields.buckets) throw parseError('bucket is not needed');
    const buckets = at < 0 ? [] : this.#buckets(text.slice(at));
    if (this.#type === 'indirect' && buckets.length > 1) {
      throw parseError('Indirect groups can have at most one bucket.');
    }
    const where = this.#commandBucket === undefined ? {} : { command_bucket_id: this.#commandBucket };
    return {
      type: 'group_mod',
      command: this.#command,
      group_id,
      group_type: this.#type ?? 'all',
      ...(this.#fields.commandBucket ? where : {}),
      ...(this.#method === undefined ? {} : { selection_method: this.#method }),
      ...(this.#param === undefined ? {} : { selection_method_param: this.#param }),
      ...(this.#hash.length === 0 ? {} : { fields: this.#hash }),
      buckets,
    };
  }

  #pair(key: string, value: string): void {
    const typed = (what: string): void => {
      if (!this.#fields.type) throw parseError(`${what} not needed`);
    };
    if (key === 'command_bucket_id') this.#parseCommandBucket(value);
    else if (key === 'group_id') this.#groupId = parseGroupId(value);
    else if (key === 'type') {
      typed('type is');
      const name = value === 'fast_failover' ? 'ff' : value;
      this.#type = GROUP_TYPES.find((type) => type === name);
      if (this.#type === undefined) throw parseError(`invalid group type ${value}`);
    } else if (key === 'selection_method') {
      typed('selection method is');
      if (value.length > MAX_METHOD) throw parseError(`selection method is longer than ${MAX_METHOD} bytes long`);
      this.#method = value;
      this.state.protocols &= NUMBERED;
    } else if (key === 'selection_method_param') {
      typed('selection method param is');
      this.#param = parseU64(value);
      this.state.protocols &= NUMBERED;
    } else if (key === 'fields') {
      typed('fields are');
      this.#parseFields(value);
      this.state.protocols &= NUMBERED;
    } else throw parseError(`unknown keyword ${key}`);
  }

  #parseCommandBucket(value: string): void {
    if (!this.#fields.commandBucket) throw parseError('command bucket id is not needed');
    const id = BUCKET_WORDS[value] ?? parseU32(value);
    if (id === BucketId.ALL && !this.#fields.allBuckets) throw parseError('command_bucket_id=all is not permitted');
    const special = id === BucketId.ALL || id === BucketId.FIRST || id === BucketId.LAST;
    if (id > MAX_BUCKET && !special) throw parseError(`invalid command bucket id ${id}`);
    this.#commandBucket = id;
  }

  #parseFields(text: string): void {
    const pairs = [...keyValues(text)];
    for (const [at, { key, value }] of pairs.entries()) {
      const field = findField(key);
      if (field === undefined) {
        const rest = pairs.slice(at + 1).map((pair) => pair.key);
        throw parseError(`${rest.join(',')}: unknown field ${key}`);
      }
      if (this.#hash.some((known) => known.field === field.name)) throw parseError(`${key}: duplicate field`);
      const mask = value === '' ? field.ones : parseExactValue(field, value);
      if (!isMaskValid(fieldNamed(field.name), mask)) {
        throw parseError(`${key}: invalid mask for field ${value}`);
      }
      this.state.protocols &= usableProtocols(field, mask);
      this.#hash.push({ field: field.name, mask });
    }
  }

  #checkHead(): number {
    if (this.#groupId === undefined) throw parseError('must specify a group_id');
    if (this.#fields.type && this.#type === undefined) throw parseError('must specify a type');
    const insert = this.#fields.commandBucket && !this.#fields.allBuckets;
    if (insert && this.#commandBucket === undefined) throw parseError('must specify a command bucket id');
    if (this.#method !== 'hash' && this.#hash.length > 0) {
      throw parseError('fields may only be specified with "selection_method=hash"');
    }
    if (this.#method === undefined && this.#param !== undefined && this.#param !== 0n) {
      throw parseError('selection_method_param is only allowed with "selection_method"');
    }
    return this.#groupId;
  }

  #buckets(text: string): Bucket[] {
    return text
      .split('bucket=')
      .slice(1)
      .map((bucket) => this.#bucket(bucket));
  }

  #bucket(text: string): Bucket {
    const select = this.#type === 'select';
    const bucket: { -readonly [K in keyof Bucket]?: Bucket[K] } = select ? { weight: 1 } : {};
    const actions: string[] = [];
    for (const { key, value } of keyValues(text)) {
      switch (key.toLowerCase()) {
        case 'weight':
          bucket.weight = parseU16(value, 'weight');
          break;
        case 'watch_port':
          bucket.watch_port = parseWatchPort(value);
          break;
        case 'watch_group': {
          bucket.watch_group = parseU32(value);
          if (bucket.watch_group > MAX_GROUP) throw parseError(`invalid watch_group id ${bucket.watch_group}`);
          break;
        }
        case 'bucket_id': {
          bucket.bucket_id = parseU32(value);
          if (bucket.bucket_id > MAX_BUCKET) throw parseError(`invalid bucket_id id ${bucket.bucket_id}`);
          break;
        }
        case 'action':
        case 'actions':
          actions.push(value);
          break;
        default:
          actions.push(`${key}(${value})`);
      }
    }
    if (actions.length === 0) throw parseError('bucket must specify actions');
    const parsed = parseActionList(actions.join(','), this.state, 'none');
    if (this.#fields.type && !select && (bucket.weight ?? 0) !== 0)
      throw parseError('Only select groups can have bucket weights.');
    return { ...bucket, actions: parsed };
  }
}

function parseWatchPort(text: string): number {
  const port = parsePort(text);
  if (port === undefined || (port >= 0xff00 && port !== Port.ANY)) throw parseError(`${text}: invalid watch_port`);
  return port;
}

function parseGroupId(text: string): number {
  const id = text === 'all' ? GroupId.ALL : parseU32(text);
  if (id !== GroupId.ALL && id > MAX_GROUP) throw parseError(`invalid group id ${id}`);
  return id;
}

const COMMANDS: readonly GroupCommand[] = ['add', 'delete', 'modify', 'add_or_mod', 'insert_bucket', 'remove_bucket'];

function leadingCommand(text: string): { readonly command: GroupCommand; readonly rest: string } {
  const trimmed = text.replace(/^[ \t\r\n]+/, '');
  const word = /^[^, \t\r\n]*/.exec(trimmed)?.[0] ?? '';
  const command = COMMANDS.find((name) => name.startsWith(word));
  return command === undefined ? { command: 'add', rest: trimmed } : { command, rest: trimmed.slice(word.length) };
}

/**
 * Parses a group as `ovs-ofctl add-group` and its like do; `any` takes the command from the text's first word. Throws a `parse`
 * error with ovs-ofctl's words.
 */
export function parseGroupMod(text: string, command: GroupCommand | 'any' = 'add'): ParsedGroup {
  const led = command === 'any' ? leadingCommand(text) : { command, rest: text };
  if (led.command === 'delete' && led.rest === '') {
    const group: GroupMod = {
      type: 'group_mod',
      command: 'delete',
      group_id: GroupId.ALL,
      group_type: 'all',
      buckets: [],
    };
    return { group, protocols: new ParseState().protocols };
  }
  const parser = new GroupParser(led.command);
  const group = parser.parse(led.rest);
  return { group, protocols: parser.state.protocols };
}
