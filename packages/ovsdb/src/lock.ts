import type { Lock } from './client.ts';
import { isJsonObject, type Json } from './json.ts';
import type { Rpc } from './rpc.ts';

/** The locks of one client (RFC 7047 §4.1.8-10), asked for again over every new connection. */
export class Locks {
  private readonly byName = new Map<string, HeldLock>();
  private readonly changed: (name: string, held: boolean) => void;
  private rpc: Rpc | undefined;
  private readonly waitingForRelease = new Set<() => void>();

  constructor(changed: (name: string, held: boolean) => void) {
    this.changed = changed;
  }

  held(name: string): boolean {
    return this.byName.get(name)?.held === true;
  }

  lock(name: string): Lock {
    const known = this.byName.get(name);
    if (known) return known;
    const lock = new HeldLock(name, this);
    this.byName.set(name, lock);
    this.request('lock', lock);
    return lock;
  }

  /** A session is up. */
  start(rpc: Rpc): void {
    if (this.rpc === rpc) return;
    this.rpc = rpc;
    for (const lock of this.byName.values()) this.request('lock', lock);
  }

  /** The connection is gone, and the server has given the locks away. */
  stop(): void {
    this.rpc = undefined;
    for (const lock of this.byName.values()) this.set(lock, false);
    for (const resolve of this.waitingForRelease) resolve();
    this.waitingForRelease.clear();
  }

  /** The client was closed: nobody will ever hold these. */
  close(reason: unknown): void {
    this.stop();
    for (const lock of this.byName.values()) lock.abandon(reason);
    this.byName.clear();
  }

  notification(method: string, params: readonly Json[]): void {
    const [name] = params;
    const lock = typeof name === 'string' ? this.byName.get(name) : undefined;
    if (lock) this.set(lock, method === 'locked');
  }

  request(method: 'lock' | 'steal', lock: HeldLock): void {
    const { rpc } = this;
    // A server refuses to have a lock stolen by a client that waits for it.
    if (method === 'steal') rpc?.request('unlock', [lock.name], () => undefined);
    rpc?.request(method, [lock.name], ({ result }) => {
      const locked = isJsonObject(result) && result['locked'] === true;
      // A "locked" that came before a "not locked" reply is not taken back by it.
      if (rpc === this.rpc && locked && this.byName.get(lock.name) === lock) this.set(lock, true);
    });
  }

  async release(lock: HeldLock): Promise<void> {
    if (this.byName.get(lock.name) !== lock) return;
    this.byName.delete(lock.name);
    this.set(lock, false);
    const { rpc } = this;
    if (rpc) await new Promise<void>((resolve) => this.releasing(rpc, lock.name, resolve));
  }

  private releasing(rpc: Rpc, name: string, resolve: () => void): void {
    this.waitingForRelease.add(resolve);
    rpc.request('unlock', [name], () => {
      this.waitingForRelease.delete(resolve);
      resolve();
    });
  }

  private set(lock: HeldLock, held: boolean): void {
    if (lock.held === held) return;
    lock.become(held);
    this.changed(lock.name, held);
  }
}

class HeldLock implements Lock {
  readonly name: string;
  held = false;
  private readonly locks: Locks;
  private readonly waiting = new Set<{ resolve: () => void; reject: (reason: unknown) => void }>();

  constructor(name: string, locks: Locks) {
    this.name = name;
    this.locks = locks;
  }

  become(held: boolean): void {
    this.held = held;
    if (!held) return;
    for (const { resolve } of this.waiting) resolve();
    this.waiting.clear();
  }

  abandon(reason: unknown): void {
    for (const { reject } of this.waiting) reject(reason);
    this.waiting.clear();
  }

  acquired(signal?: AbortSignal): Promise<void> {
    if (this.held) return Promise.resolve();
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const waiter = { resolve, reject };
      this.waiting.add(waiter);
      signal?.addEventListener('abort', () => this.waiting.delete(waiter) && reject(signal.reason), { once: true });
    });
  }

  async steal(): Promise<void> {
    this.locks.request('steal', this);
    await this.acquired();
  }

  release(): Promise<void> {
    return this.locks.release(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
