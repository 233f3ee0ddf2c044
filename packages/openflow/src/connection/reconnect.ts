/** Where a connection that is kept up stands. `active` and `idle` are after the hello. */
export type ReconnectState = 'void' | 'backoff' | 'connecting' | 'active' | 'idle';

/** What the owner of the connection has to do now. */
export type ReconnectAction = 'connect' | 'disconnect' | 'probe' | undefined;

/** Settings that may change at any time. Times are milliseconds. */
export interface ReconnectSettings {
  minBackoffMs: number;
  maxBackoffMs: number;
  /** After this long without activity comes a probe, after as long again the end. 0: never. */
  probeIntervalMs: number;
  /** How long opening and the hello may take; the wait in force where that is longer. */
  connectTimeoutMs: number;
  /** This many attempts are not waited for: one for each remote, to try them all before waiting. */
  freeTries: number;
}

/**
 * When to connect, probe and hang up: the wait doubles while attempts fail, and begins anew after a connection that lived longer
 * than the wait. Pure: time comes in, actions go out.
 */
export class Reconnect {
  readonly settings: ReconnectSettings;
  state: ReconnectState = 'void';
  /** The wait in force. */
  backoffMs = 0;
  #entered: number;
  #lastActivity: number;
  #connectedAt = 0;
  #lastReceiveAttempt: number;

  constructor(now: number, settings: ReconnectSettings) {
    this.settings = { ...settings };
    this.#entered = this.#lastActivity = this.#lastReceiveAttempt = now;
  }

  enable(now: number): void {
    if (this.state !== 'void') return;
    this.backoffMs = 0;
    this.#enter(now, 'backoff');
  }

  disable(now: number): void {
    this.#enter(now, 'void');
  }

  connecting(now: number): void {
    this.#enter(now, 'connecting');
  }

  /** The hello is over. */
  connected(now: number): void {
    this.#connectedAt = this.#lastActivity = now;
    this.#enter(now, 'active');
  }

  /** Something was received, or the peer took something. */
  activity(now: number): void {
    this.#lastActivity = now;
    if (this.state === 'idle') this.#enter(now, 'active');
  }

  /** Up to `now` everything that had arrived was read. */
  receiveAttempted(now: number): void {
    this.#lastReceiveAttempt = now;
  }

  /** The connection broke, or the attempt failed. */
  disconnected(now: number): void {
    if (this.state === 'void' || this.state === 'backoff') return;
    const lived = this.state === 'connecting' ? 0 : this.#lastActivity - this.#connectedAt;
    this.backoffMs = this.#nextBackoff(lived);
    this.#enter(now, 'backoff');
  }

  #nextBackoff(lived: number): number {
    const { settings, backoffMs } = this;
    if (settings.freeTries > 1) {
      settings.freeTries--;
      return 0;
    }
    if (backoffMs < settings.minBackoffMs || (lived > 0 && lived >= backoffMs)) return settings.minBackoffMs;
    return Math.min(backoffMs * 2, settings.maxBackoffMs);
  }

  /** What to do now. Asking moves an active connection to idle when its probe is due. */
  run(now: number): ReconnectAction {
    if (now < this.#deadline(now)) return undefined;
    switch (this.state) {
      case 'void':
        return undefined;
      case 'backoff':
        return 'connect';
      case 'active':
        this.#enter(now, 'idle');
        return 'probe';
      case 'connecting':
      case 'idle':
        return 'disconnect';
    }
  }

  /** Milliseconds until {@link run} has something to say; Infinity: nothing will come of waiting. */
  timeout(now: number): number {
    return Math.max(0, this.#deadline(now) - now);
  }

  #deadline(now: number): number {
    switch (this.state) {
      case 'void':
        return Infinity;
      case 'backoff':
        return this.#entered + this.backoffMs;
      case 'connecting':
        return this.#silence(now, this.#entered, Math.max(this.settings.connectTimeoutMs, this.backoffMs));
      case 'active':
        return this.#silence(now, Math.max(this.#lastActivity, this.#entered), this.settings.probeIntervalMs);
      case 'idle':
        return this.#silence(now, this.#entered, this.settings.probeIntervalMs);
    }
  }

  /** Silence lasts long enough only when receiving was tried after it: a program that was stopped must not blame the peer. */
  #silence(now: number, base: number, interval: number): number {
    if (interval === 0) return Infinity;
    const expiration = base + interval;
    return now < expiration || this.#lastReceiveAttempt >= expiration ? expiration : now + 1;
  }

  #enter(now: number, state: ReconnectState): void {
    this.state = state;
    this.#entered = now;
  }
}
