import { spawnSync } from 'node:child_process';
import { formatMessage } from '@ovnkube/openflow';
import { compile, readOptions, runOfctl } from './openflow-ofctl.ts';
import { type FakeSwitch, startFakeSwitch } from './openflow-switch.ts';
import { compare, type Outcome, text, type Vector } from './vector.ts';

/** Messages of `ovs-ofctl` that are not what the command is about. */
const BESIDE = /_BARRIER_|SET_FLOW_FORMAT|FLOW_MOD_TABLE_ID|TLV_TABLE_REQUEST|BUNDLE_CONTROL/;

let installed: boolean | undefined;
function hasOfctl(): boolean {
  installed ??= spawnSync('ovs-ofctl', ['--version']).status === 0;
  return installed;
}

let shared: Promise<FakeSwitch> | undefined;
/** One switch for all vectors; it does not keep the process alive. */
function fakeSwitch(): Promise<FakeSwitch> {
  shared ??= startFakeSwitch();
  return shared;
}

/** A message without its xid, and without the bundle around it. */
function comparable(bytes: Uint8Array): string {
  const message = bytes[1] === 34 ? bytes.slice(16) : bytes.slice();
  message.fill(0, 4, 8);
  return `${formatMessage(message)}${Array.from(message, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/**
 * A command of `ovs-ofctl` from Open vSwitch's tests: what we send is what the installed `ovs-ofctl` sends to a switch, byte for
 * byte. Where the test expects `ovs-ofctl` to refuse, our message is the same.
 */
export async function corpusSuite(vector: Vector): Promise<Outcome> {
  const command = text(vector, 'command');
  const given = text(vector, 'text');
  // Options may stand where the text is expected.
  const late = given.startsWith('-') && given !== '-';
  const options = [...strings(vector['options']), ...(late ? [given] : [])];
  const source = late ? '' : given;
  // `-` is a file's name that the extraction of the vector has lost the content of.
  if (source === '-') return { status: 'not applicable', detail: 'the text was in a file' };
  const sent = compile(command, source, readOptions(options));
  const { error } = vector;
  if (typeof error === 'string' && error.startsWith('ovs-ofctl: ')) return compare(sent.error ?? '(sent)', error);
  if (!hasOfctl()) return { status: 'not applicable', detail: 'ovs-ofctl is not installed' };
  const target = await fakeSwitch();
  const fromFile = command === 'add-flows';
  const args = [...options.map(spelled), command, target.target, ...(fromFile ? ['-'] : source === '' ? [] : [source])];
  const complaint = await runOfctl(args, fromFile ? `${source}\n` : '');
  const real = target.take().filter((bytes) => !BESIDE.test(formatMessage(bytes).split('\n')[0] ?? ''));
  if (complaint !== '' || sent.error !== undefined) return compare(sent.error ?? '(sent)', complaint || '(sent)');
  return compare(sent.messages.map(comparable).join('\n'), real.map(comparable).join('\n'));
}

/** Versions as this `ovs-ofctl` spells them. */
function spelled(option: string): string {
  return option.replace(/openflow1/i, 'OpenFlow1');
}
