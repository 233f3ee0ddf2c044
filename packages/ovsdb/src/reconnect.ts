/** Where a connection that is kept up stands. */
export type ReconnectState = 'void' | 'backoff' | 'connecting' | 'active' | 'idle' | 'reconnect';

/** What the owner of the connection has to do now. */
export type ReconnectAction = 'connect' | 'disconnect' | 'probe' | undefined;

/** Settings that may change at any time. Times are milliseconds. */
export interface ReconnectSettings {
  minBackoffMs: number;
  maxBackoffMs: number;
  /** After this long without activity comes a probe, after as long again the end. 0: never. */
  probeIntervalMs: number;
  /** Connection attempts left; Infinity: no limit. */
  maxTries: number;
  /** This many attempts are not waited for: one for each remote, to try them all before waiting. */
  backoffFreeTries: number;
}

/**
 * When to connect, probe and hang up, as OVS's reconnect module decides it: the wait is 1 s and doubles to 8 s while
 * attempts fail, and begins anew after a connection that lived longer than the wait. Pure: time comes in, actions go out.
 */
export class Reconnect {
  readonly settings: ReconnectSettings;
  state: ReconnectState = 'void';
  stateEntered: number;
  /** The wait in force. */
  backoffMs = 0;
  readonly created: number;
  lastActivity: number;
  lastConnected: number | undefined;
  lastDisconnected: number | undefined;
  /** When receiving was last tried: silence counts only once nothing was found to receive. Infinity: always trying. */
  lastReceiveAttempt: number;
  attempts = 0;
  successes = 0;
  /** Changes with every connection and every loss of one. */
  sequence = 0;
  private connectedMs = 0;

  constructor(now: number, settings: Partial<ReconnectSettings> = {}) {
    this.settings = {
      minBackoffMs: 1000,
      maxBackoffMs: 8000,
      probeIntervalMs: 5000,
      maxTries: Infinity,
      backoffFreeTries: 0,
      ...settings,
    };
    this.stateEntered = this.created = this.lastActivity = this.lastReceiveAttempt = now;
  }

  get connected(): boolean {
    return this.state === 'active' || this.state === 'idle';
  }

  /** Milliseconds connected since the beginning. */
  connectedFor(now: number): number {
    return this.connectedMs + (this.connected ? now - (this.lastConnected ?? now) : 0);
  }

  enable(now: number): void {
    if (this.state !== 'void' || !this.mayRetry()) return;
    this.enter(now, 'backoff');
    this.backoffMs = 0;
  }

  disable(now: number): void {
    if (this.state !== 'void') this.enter(now, 'void');
  }

  /** Hang up and connect anew. */
  forceReconnect(now: number): void {
    if (this.state === 'connecting' || this.state === 'active' || this.state === 'idle') this.enter(now, 'reconnect');
  }

  connecting(now: number): void {
    if (this.state !== 'connecting') this.enter(now, 'connecting');
  }

  connectedNow(now: number): void {
    if (this.connected) return;
    this.connecting(now);
    this.enter(now, 'active');
    this.lastConnected = now;
  }

  /** Something was received. */
  activity(now: number): void {
    if (this.state !== 'active') this.enter(now, 'active');
    this.lastActivity = now;
  }

  receiveAttempted(now: number): void {
    this.lastReceiveAttempt = now;
  }

  /** The connection broke, or the attempt failed. */
  disconnected(now: number): void {
    if (this.state === 'void' || this.state === 'backoff') return;
    const wasUp = this.connected;
    if (wasUp) this.lastDisconnected = now;
    if (!this.mayRetry()) {
      this.enter(now, 'void');
      return;
    }
    this.backoffMs = this.nextBackoff(wasUp);
    this.enter(now, 'backoff');
  }

  private nextBackoff(wasUp: boolean): number {
    const { settings, backoffMs } = this;
    if (settings.backoffFreeTries > 1) {
      settings.backoffFreeTries--;
      return 0;
    }
    if (wasUp && this.lastActivity - (this.lastConnected ?? 0) >= backoffMs) return settings.minBackoffMs;
    if (backoffMs < settings.minBackoffMs) return settings.minBackoffMs;
    return backoffMs < settings.maxBackoffMs / 2 ? backoffMs * 2 : settings.maxBackoffMs;
  }

  /** What to do now. Asking moves an active connection to idle when its probe is due. */
  run(now: number): ReconnectAction {
    if (now < this.deadline(now)) return undefined;
    switch (this.state) {
      case 'void':
        return undefined;
      case 'backoff':
        return 'connect';
      case 'active':
        this.enter(now, 'idle');
        return 'probe';
      case 'connecting':
      case 'idle':
      case 'reconnect':
        return 'disconnect';
    }
  }

  /** Milliseconds until {@link run} has something to say; Infinity: nothing will come of waiting. */
  timeout(now: number): number {
    return Math.max(0, this.deadline(now) - now);
  }

  private deadline(now: number): number {
    switch (this.state) {
      case 'void':
        return Infinity;
      case 'backoff':
        return this.stateEntered + this.backoffMs;
      case 'connecting':
        return this.stateEntered + Math.max(1000, this.backoffMs);
      case 'active':
        return this.silence(now, Math.max(this.lastActivity, this.stateEntered));
      case 'idle':
        return this.silence(now, this.stateEntered);
      case 'reconnect':
        return this.stateEntered;
    }
  }

  /** Silence since `base` lasts long enough only when receiving was tried after it: a stopped program must not blame the peer. */
  private silence(now: number, base: number): number {
    const { probeIntervalMs } = this.settings;
    if (probeIntervalMs === 0) return Infinity;
    const expiration = base + probeIntervalMs;
    return now < expiration || this.lastReceiveAttempt >= expiration ? expiration : now + 1;
  }

  private mayRetry(): boolean {
    const { settings } = this;
    if (settings.maxTries === 0) return false;
    if (settings.maxTries !== Infinity) settings.maxTries--;
    return true;
  }

  private enter(now: number, state: ReconnectState): void {
    if (this.state === 'connecting') this.attempts++;
    if (state === 'active' && !this.connected) this.successes++;
    const was = this.connected;
    this.state = state;
    if (was !== this.connected) {
      this.sequence++;
      if (was) this.connectedMs += now - (this.lastConnected ?? now);
    }
    this.stateEntered = now;
  }
}
