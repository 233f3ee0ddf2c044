import { spawn } from 'node:child_process';
import {
  canonicalMatch,
  chooseProtocol,
  encodeMessage,
  encodeParsedFlow,
  isOpenFlowError,
  type Message,
  parseFlowFilter,
  parseFlowMod,
  parseGroupMod,
  parseMeterMod,
  parseTlvTableMod,
  protocolNamed,
  protocolVersion,
} from '@ovnkube/openflow';

/** What one run of `ovs-ofctl` says: the messages that it sends, or its error. */
export interface Sent {
  readonly messages: readonly Uint8Array[];
  readonly error?: string;
}

/** The options that bear on what is sent. */
export interface Options {
  readonly version: number;
  readonly allowed: number;
  readonly bundle: boolean;
  readonly strict: boolean;
  readonly mayCreate: boolean;
}

const VERSIONS: Readonly<Record<string, number>> = {
  openflow10: 1,
  openflow11: 2,
  openflow12: 3,
  openflow13: 4,
  openflow14: 5,
  openflow15: 6,
};

/** Reads the options of the command line. */
export function readOptions(list: readonly string[]): Options {
  let version = 1;
  let format: number | undefined;
  const words = list.flatMap((option) => {
    const short = /^-([OF])(.+)$/.exec(option);
    if (short !== null) return [`-${short[1]}`, short[2] ?? ''];
    const long = /^--(protocols|flow-format)=(.*)$/.exec(option);
    return long === null ? [option] : [`--${long[1]}`, long[2] ?? ''];
  });
  for (const [at, word] of words.entries()) {
    const value = words[at + 1] ?? '';
    if (word === '-O' || word === '--protocols') version = VERSIONS[value.toLowerCase()] ?? version;
    if (word === '-F' || word === '--flow-format') format = protocolNamed(value) ?? format;
  }
  const bundle = words.includes('--bundle');
  if (bundle) version = Math.max(version, 5);
  const ofVersion = [0, 1, 2, 3, 4, 5, 6, 7, 8]
    .map((bit) => 1 << bit)
    .filter((bit) => protocolVersion(bit) === version);
  const allowed = ofVersion.reduce((bits, bit) => bits | bit, 0) & (format ?? -1);
  return { version, allowed, bundle, strict: words.includes('--strict'), mayCreate: words.includes('--may-create') };
}

function groupMessages(command: string, text: string, options: Options): Message[] {
  const commands = {
    'add-group': 'add',
    'mod-group': options.mayCreate ? 'add_or_mod' : 'modify',
    'del-groups': 'delete',
    'insert-buckets': 'insert_bucket',
    'remove-buckets': 'remove_bucket',
  } as const;
  const { group, protocols } = parseGroupMod(text, commands[command as keyof typeof commands]);
  const { version } = options;
  if (group.command === 'insert_bucket' && version !== 6 && version !== 1) {
    throw new Error("insert-bucket needs OpenFlow 1.5 or later ('-O OpenFlow15')");
  }
  // A bundle cannot be told in OpenFlow 1.0.
  chooseProtocol(options.bundle ? protocols & bits(5, 6) : protocols, options.allowed);
  return [{ ...group, version, xid: 0 }];
}

function bits(...versions: readonly number[]): number {
  let found = 0;
  for (let bit = 0; bit < 9; bit++) if (versions.includes(protocolVersion(1 << bit))) found |= 1 << bit;
  return found;
}

function dumpRequest(type: 'flow_stats_request' | 'aggregate_request', text: string, options: Options): Message {
  const filter = parseFlowFilter(text);
  const { version } = options;
  const nxm = version === 1 && (options.allowed & (protocolNamed('NXM') ?? 0)) !== 0;
  const names = { flow_stats_request: 'NXST_FLOW request', aggregate_request: 'NXST_AGGREGATE request' };
  const match = canonicalMatch(filter.match, version < 3 ? 0 : version);
  return { type, version, xid: 0, ...filter, match, ...(nxm ? { name: names[type] } : {}) };
}

function flowMessages(command: string, text: string, options: Options): Uint8Array[] {
  const strict = options.strict ? ('_strict' as const) : ('' as const);
  const commands = {
    'add-flow': 'add',
    'add-flows': 'any',
    'mod-flows': `modify${strict}`,
    'del-flows': `delete${strict}`,
  } as const;
  const parsed = parseFlowMod(text, commands[command as keyof typeof commands]);
  const protocol = chooseProtocol(parsed.protocols, options.allowed);
  return [encodeParsedFlow(parsed, protocol)];
}

function compileMessages(command: string, text: string, options: Options): readonly Uint8Array[] {
  switch (command) {
    case 'add-group':
    case 'mod-group':
    case 'del-groups':
    case 'insert-buckets':
    case 'remove-buckets':
      return groupMessages(command, text, options).map(encodeMessage);
    case 'add-meter':
    case 'mod-meter':
    case 'del-meter':
    case 'del-meters': {
      const kind = command.startsWith('add') ? 'add' : command.startsWith('mod') ? 'modify' : 'delete';
      const mod = parseMeterMod(kind === 'delete' && text === '' ? 'meter=all' : text, kind);
      chooseProtocol(bits(4, 5, 6), options.allowed);
      return [encodeMessage({ ...mod, version: options.version, xid: 0 })];
    }
    case 'add-tlv-map':
    case 'del-tlv-map': {
      const mod = parseTlvTableMod(text, command === 'add-tlv-map' ? 'add' : 'delete');
      return [encodeMessage({ ...mod, version: options.version, xid: 0 })];
    }
    case 'dump-flows':
    case 'dump-aggregate': {
      const type = command === 'dump-flows' ? 'flow_stats_request' : 'aggregate_request';
      return [encodeMessage(dumpRequest(type, text.startsWith('-') ? '' : text, options))];
    }
    default:
      return flowMessages(command, text, options);
  }
}

/** What we send for a command of `ovs-ofctl`. */
export function compile(command: string, text: string, options: Options): Sent {
  try {
    return { messages: compileMessages(command, text, options) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!isOpenFlowError(error) && error.constructor !== Error) throw error;
    return { messages: [], error: `ovs-ofctl: ${error.message}` };
  }
}

/** Runs `ovs-ofctl`; gives its complaint, empty where there is none. */
export function runOfctl(args: readonly string[], input: string): Promise<string> {
  const child = spawn('ovs-ofctl', ['--timeout=5', ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      // A complaint about a file begins with its name and line.
      const lines = complaint.split('\n').filter((line) => line.startsWith('ovs-ofctl: '));
      resolve(code === 0 ? '' : lines.join('\n').replace(/^ovs-ofctl: -:\d+: /, 'ovs-ofctl: '));
    });
  });
}
