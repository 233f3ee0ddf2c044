import { describe, expect, it } from 'vitest';
import { Connector } from './connector.ts';
import { OvsdbError } from './error.ts';
import { parseRemote } from './remote.ts';
import type { Rpc } from './rpc.ts';
import type { Clock, StreamEvents, Transport } from './transport.ts';

/** Time that goes on when told to. */
class FakeClock implements Clock {
  private time = 0;
  private readonly timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.time + ms, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Go on, through every timer on the way, in their order. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const [next] = [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.timers.delete(next);
      this.time = next.at;
      next.callback();
    }
    this.time = end;
  }
}

/** A connector on a fake clock and streams that do what the test says; `log` tells what it did, and when. */
function rig(remotes: readonly string[], random = 0) {
  const clock = new FakeClock();
  const log: string[] = [];
  const streams: StreamEvents[] = [];
  const say = (what: string): number => log.push(`${clock.now()} ${what}`);
  const transport: Transport = {
    open(remote, _, events) {
      say(`open ${remote.text}`);
      streams.push(events);
      return { write: (text) => say(`write ${text}`), destroy: () => say('destroy') };
    },
  };
  const rpcs: Rpc[] = [];
  const connector = new Connector(
    {
      remotes: remotes.map(parseRemote),
      tls: undefined,
      transport,
      clock,
      random: () => random,
      probeIntervalMs: 5000,
      minBackoffMs: 1000,
      maxBackoffMs: 8000,
    },
    {
      up: (rpc) => rpcs.push(rpc),
      notification: () => undefined,
      down: (_, error, delayMs) => say(`down in ${delayMs}: ${error.code}: ${error.message}`),
    },
  );
  connector.start();
  const last = (): StreamEvents => {
    const stream = streams.at(-1);
    if (!stream) throw new Error('no stream was opened');
    return stream;
  };
  return { clock, log, connector, last, taken: () => log.splice(0) };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('Connector', () => {
  it('tries each remote at once, and then waits 1, 2, 4, 8, 8 seconds', () => {
    const { clock, last, taken } = rig(['unix:/a', 'unix:/b']);
    const opened: string[] = [];
    let delay = 0;
    for (let n = 0; n < 7; n++) {
      clock.advance(delay);
      last().closed(new Error('refused'));
      const lines = taken();
      opened.push(...lines.filter((line) => line.includes(' open ')));
      delay = Number(/down in (\d+)/.exec(lines.join())?.[1]);
    }
    expect(new Set(opened.map((line) => line.split(' ')[2]))).toEqual(new Set(['unix:/a', 'unix:/b']));
    expect(opened.map((line) => Number(line.split(' ')[0]))).toEqual([0, 0, 1000, 3000, 7000, 15000, 23000]);
  });

  it('lengthens waits by chance, by a quarter at most', () => {
    const { clock, last, taken } = rig(['unix:/a'], 0.999);
    clock.advance(0);
    last().closed(undefined);
    taken();
    clock.advance(1249);
    expect(taken()).toEqual([]);
    clock.advance(1);
    expect(taken()).toEqual(['1250 open unix:/a']);
  });

  it('probes a silent server, and hangs up when it stays silent', () => {
    const { clock, last, taken } = rig(['unix:/a']);
    clock.advance(0);
    last().opened();
    clock.advance(4000);
    last().data(bytes('{"method":"echo","params":[1],"id":"x"}'));
    expect(taken().slice(1)).toEqual(['4000 write {"result":[1],"error":null,"id":"x"}']);
    clock.advance(5001);
    const [probe] = taken();
    expect(probe).toMatch(/^900[01] write \{"method":"echo","params":\[\],"id":"echo"\}$/);
    last().data(bytes('{"id":"echo","result":[],"error":null}'));
    clock.advance(5001);
    expect(taken()).toHaveLength(1);
    clock.advance(5001);
    expect(taken().join()).toMatch(/destroy.*down in 1000: connection: unix:\/a did not answer an inactivity probe/);
  });

  it('waits longer for a server that was silent before its first image, until one has come', () => {
    const { clock, connector, last, log, taken } = rig(['unix:/a']);
    const patience: number[] = [];
    let delay = 0;
    for (const settles of [false, false, false, true, false]) {
      // The first attempt comes at once, the others when their wait is over.
      clock.advance(delay);
      last().opened();
      if (settles) connector.settled();
      const begin = clock.now();
      clock.advance(10_002);
      while (!log.some((line) => line.includes('did not answer'))) clock.advance(500);
      patience.push(Math.floor((clock.now() - begin) / 10_000));
      const [, at = '0', wait = '0'] = /(\d+) down in (\d+)/.exec(taken().join()) ?? [];
      delay = Number(at) + Number(wait) - clock.now();
    }
    expect(patience).toEqual([1, 2, 4, 1, 1]);
  });

  it('gives up an attempt that takes too long', () => {
    const { clock, taken } = rig(['unix:/a']);
    clock.advance(0);
    clock.advance(1000);
    expect(taken().join()).toMatch(/1000 destroy,1000 down in 1000: connection: connecting to unix:\/a took too long/);
  });

  it('leaves a server that sends garbage', () => {
    for (const garbage of ['SSH-2.0-x', '{"id":1,"result":}', '{"id":{"a":1}}', '{"nothing":1}']) {
      const { clock, last, taken } = rig(['unix:/a']);
      clock.advance(0);
      last().opened();
      last().data(bytes(garbage));
      expect(taken().join()).toMatch(/down in \d+: protocol: the server (sent|answered)/);
    }
  });

  it('tries the other remotes at once when a server is left freely, and stops when told to', () => {
    const { clock, connector, last, taken } = rig(['unix:/a', 'unix:/b']);
    clock.advance(0);
    last().opened();
    taken();
    connector.leave(new OvsdbError('connection', 'moved'), true);
    clock.advance(0);
    expect(taken().filter((line) => line.includes('open'))).toHaveLength(1);
    connector.stop();
    taken();
    clock.advance(100_000);
    expect(taken()).toEqual([]);
  });
});
