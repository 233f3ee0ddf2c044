import { Reconnect } from '@ovnkube/ovsdb';
import type { Outcome, Vector } from './vector.ts';

/** What a script line may do to the state machine; the result is printed. */
type Step = (fsm: Reconnect, now: number, args: readonly string[]) => readonly string[];

const nothing: readonly string[] = [];
const act =
  (run: (fsm: Reconnect, now: number) => void): Step =>
  (fsm, now) => {
    run(fsm, now);
    return nothing;
  };

const saidOf = {
  connect: '  should connect',
  disconnect: '  should disconnect',
  probe: '  should send probe',
} as const;

const steps: Readonly<Record<string, Step>> = {
  enable: act((fsm, now) => fsm.enable(now)),
  disable: act((fsm, now) => fsm.disable(now)),
  'force-reconnect': act((fsm, now) => fsm.forceReconnect(now)),
  disconnected: act((fsm, now) => fsm.disconnected(now)),
  connecting: act((fsm, now) => fsm.connecting(now)),
  'connect-failed': act((fsm, now) => {
    fsm.connecting(now);
    fsm.disconnected(now);
  }),
  connected: act((fsm, now) => fsm.connectedNow(now)),
  activity: act((fsm, now) => fsm.activity(now)),
  'receive-attempted': (fsm, now, [time]) => {
    fsm.receiveAttempted(time === 'LLONG_MAX' ? Infinity : time === 'now' ? now : Number(time));
    return nothing;
  },
  run: (fsm, now) => {
    const action = fsm.run(now);
    return action ? [saidOf[action]] : nothing;
  },
  'set-max-tries': (fsm, _, [tries]) => {
    fsm.settings.maxTries = Number(tries);
    return nothing;
  },
  'set-backoff-free-tries': (fsm, _, [tries]) => {
    fsm.settings.backoffFreeTries = Number(tries);
    return nothing;
  },
};

const names = {
  void: 'VOID',
  backoff: 'BACKOFF',
  connecting: 'CONNECTING',
  active: 'ACTIVE',
  idle: 'IDLE',
  reconnect: 'RECONNECT',
} as const;

interface Statistics {
  readonly state: string;
  readonly elapsed: number;
  readonly backoff: number;
  readonly lastActivity: number;
  readonly lastConnected: number | undefined;
  readonly lastDisconnected: number | undefined;
  readonly counts: string;
  readonly connected: boolean;
  readonly connectedMs: number;
  readonly at: number;
}

const statistics = (fsm: Reconnect, now: number): Statistics => ({
  state: names[fsm.state],
  elapsed: now - fsm.stateEntered,
  backoff: fsm.backoffMs,
  lastActivity: fsm.lastActivity,
  lastConnected: fsm.lastConnected,
  lastDisconnected: fsm.lastDisconnected,
  counts: `  ${fsm.successes} successful connections out of ${fsm.attempts} attempts, seqno ${fsm.sequence}`,
  connected: fsm.connected,
  connectedMs: fsm.connectedFor(now),
  at: now,
});

/** What changed, as OVS's own test program tells it. */
function told(old: Statistics, next: Statistics): readonly string[] {
  const lines: string[] = [];
  const { state, elapsed, backoff, lastConnected, lastDisconnected, connectedMs, at } = next;
  if (old.state !== state || old.elapsed !== elapsed || old.backoff !== backoff)
    lines.push(`  in ${state} for ${elapsed} ms (${backoff} ms backoff)`);
  if (old.lastActivity !== next.lastActivity || old.lastConnected !== lastConnected)
    lines.push(`  created 1000, last activity ${next.lastActivity}, last connected ${lastConnected}`);
  if (old.counts !== next.counts) lines.push(next.counts);
  if (old.connected !== next.connected) lines.push(next.connected ? '  connected' : '  disconnected');
  const stoodStill = old.connectedMs !== connectedMs - (at - old.at) && !(old.connectedMs === 0 && connectedMs === 0);
  if (old.lastConnected !== lastConnected || stoodStill)
    lines.push(`  last connected ${at - (lastConnected ?? at)} ms ago, connected ${connectedMs} ms total`);
  if (old.lastDisconnected !== lastDisconnected)
    lines.push(`  disconnected at ${lastDisconnected} ms (${at - (lastDisconnected ?? at)} ms ago)`);
  return lines;
}

/** Play a script of connection events against the library's state machine. */
export function runReconnect(vector: Vector): Outcome {
  const script = String(vector['text']);
  if (/^(passive|listening)/m.test(script))
    return { status: 'not applicable', detail: 'a client never waits for connections' };
  let now = 1000;
  const fsm = new Reconnect(now);
  const out = [`### t=${now} ###`];
  for (const line of script.replace(/\n$/, '').split('\n')) {
    out.push(line);
    if (line.startsWith('#')) continue;
    const before = statistics(fsm, now);
    const tries = fsm.settings.maxTries;
    now = play(fsm, now, line, out);
    if (now !== before.at) out.push('', `### t=${now} ###`);
    out.push(...told(before, statistics(fsm, now)));
    if (fsm.settings.maxTries !== tries) out.push(`  ${fsm.settings.maxTries} tries left`);
  }
  const expected = String(vector['expected']).trimEnd().split('\n');
  const at = expected.findIndex((line, index) => line !== out[index]);
  if (at < 0 && out.length >= expected.length) return { status: 'passed' };
  return {
    status: 'failed',
    detail: `line ${at + 1}: expected ${JSON.stringify(expected[at])}, found ${JSON.stringify(out[at])}`,
  };
}

function play(fsm: Reconnect, now: number, line: string, out: string[]): number {
  const [name = '', ...args] = line.trim().split(/\s+/);
  if (name === '') return now;
  if (name === 'advance') return now + Number(args[0]);
  if (name === 'timeout') {
    const wait = fsm.timeout(now);
    out.push(wait === Infinity ? '  no timeout' : `  advance ${wait} ms`);
    return wait === Infinity ? now : now + wait;
  }
  const at = name === 'run' && args[0] !== undefined ? now + Number(args[0]) : now;
  out.push(...(steps[name]?.(fsm, at, args) ?? [`  unknown command ${name}`]));
  return at;
}
