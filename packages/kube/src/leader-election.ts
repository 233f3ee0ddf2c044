import type { ApiObject, KubeClient } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { isKubeError, KubeError } from './error.ts';
import { type Log, silent } from './log.ts';
import { defineResource } from './resource.ts';

const leases = defineResource<object>({
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
  fields: {},
});

export interface LeaderElectionOptions {
  readonly client: KubeClient;
  readonly lease: { readonly namespace: string; readonly name: string };
  /** Tells this process from all others that might lead. */
  readonly identity: string;
  /** How long a leader that says nothing is believed to lead. */
  readonly leaseDurationMs: number;
  /** How long the leader tries to renew before it gives up; less than leaseDurationMs. */
  readonly renewDeadlineMs: number;
  /** Between renewals, and between attempts; less than renewDeadlineMs. */
  readonly retryPeriodMs: number;
  readonly signal: AbortSignal;
  /** Told of every leader, this process too; undefined while there is none. */
  readonly onLeader?: (identity: string | undefined) => void;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** How leading ended. */
export type Leadership<Result> =
  /** The work came to its own end; the lease has been given back. */
  | { readonly status: 'finished'; readonly result: Result }
  /** The lease could not be renewed in time or is held by somebody else: the process should end. */
  | { readonly status: 'lost'; readonly reason: string }
  /** The signal aborted before this process led, or while it led; the lease has been given back. */
  | { readonly status: 'aborted' };

interface LeaseSpec {
  readonly holderIdentity?: string | null;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

const specOf = (lease: ApiObject): LeaseSpec => lease['spec'] ?? {};

/**
 * Wait until this process holds the Lease, then do `work`, renewing the Lease all the time. `work`'s signal aborts when
 * the Lease is lost or the outer signal aborts, and nothing must be written after that. Clocks of other machines are not
 * trusted: a Lease counts as abandoned when it has not changed for its duration, by our own clock. The Lease is watched,
 * so one given back is taken up at once.
 */
export async function lead<Result>(
  options: LeaderElectionOptions,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Leadership<Result>> {
  checkDurations(options);
  const election = new Election(options);
  if (!(await election.acquire())) return { status: 'aborted' };
  const stopWork = new AbortController();
  const stopRenewing = new AbortController();
  const abort = (): void => stopWork.abort(options.signal.reason);
  options.signal.addEventListener('abort', abort, { once: true });
  if (options.signal.aborted) abort();
  const renewing = election.renew(stopRenewing.signal).then((reason) => {
    if (reason !== undefined) stopWork.abort(new Error(reason));
    return reason;
  });
  try {
    const result = await work(stopWork.signal);
    stopRenewing.abort();
    const lost = await renewing;
    if (lost !== undefined) return { status: 'lost', reason: lost };
    await election.release();
    return options.signal.aborted ? { status: 'aborted' } : { status: 'finished', result };
  } catch (error) {
    stopRenewing.abort();
    const lost = await renewing;
    if (lost !== undefined) return { status: 'lost', reason: lost };
    await election.release();
    if (options.signal.aborted) return { status: 'aborted' };
    throw error;
  } finally {
    options.signal.removeEventListener('abort', abort);
  }
}

function checkDurations({ leaseDurationMs, renewDeadlineMs, retryPeriodMs }: LeaderElectionOptions): void {
  if (leaseDurationMs > renewDeadlineMs && renewDeadlineMs > retryPeriodMs && retryPeriodMs > 0) return;
  throw new KubeError(
    'config',
    `leader election: lease duration ${leaseDurationMs} ms, renew deadline ${renewDeadlineMs} ms, retry period ${retryPeriodMs} ms: each must be longer than the next, and the last positive`,
  );
}

class Election {
  readonly #options: LeaderElectionOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  #held: ApiObject | undefined;
  #leader: string | undefined;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silent;
  }

  /** True once this process holds the lease; false when the signal aborted first. */
  async acquire(): Promise<boolean> {
    const { signal, retryPeriodMs, identity } = this.#options;
    while (!signal.aborted) {
      try {
        const held = await this.#tryAcquire();
        if (held) {
          this.#held = held;
          this.#tell(identity);
          return true;
        }
      } catch (error) {
        if (signal.aborted) break;
        const words = error instanceof Error ? error.message : String(error);
        this.#log.warn({ err: error, lease: this.#name, retryInMs: retryPeriodMs }, `lease not acquired: ${words}`);
        await this.#sleep(jittered(retryPeriodMs), signal);
      }
    }
    return false;
  }

  /** Take the lease when it is free; else wait until it changes or is abandoned. */
  async #tryAcquire(): Promise<ApiObject | undefined> {
    const { client, lease, identity, signal } = this.#options;
    let current: ApiObject;
    try {
      current = await client.get(leases, lease, { signal });
    } catch (error) {
      if (!isKubeError(error, 'notFound')) throw error;
      return this.#write(() => client.create(leases, { metadata: { ...lease }, spec: this.#spec({}) }, { signal }));
    }
    const { holderIdentity } = specOf(current);
    this.#tell(holderIdentity || undefined);
    if (!holderIdentity || holderIdentity === identity || (await this.#isAbandoned(current))) {
      return this.#write(() => client.update(leases, { ...current, spec: this.#spec(specOf(current)) }, { signal }));
    }
    return undefined;
  }

  /** A write that somebody else was faster with is no error: look again. */
  async #write(write: () => Promise<ApiObject>): Promise<ApiObject | undefined> {
    try {
      return await write();
    } catch (error) {
      if (isKubeError(error, 'conflict', 'alreadyExists')) return undefined;
      throw error;
    }
  }

  /** True when the lease does not change for its duration; false as soon as it does. */
  async #isAbandoned(lease: ApiObject): Promise<boolean> {
    const { client, leaseDurationMs, signal } = this.#options;
    const seconds = specOf(lease).leaseDurationSeconds;
    const patience = seconds === undefined ? leaseDurationMs : seconds * 1000;
    const expired = AbortSignal.timeout(patience);
    const selection = {
      namespace: this.#options.lease.namespace,
      fieldSelector: `metadata.name=${this.#options.lease.name}`,
      resourceVersion: lease.metadata.resourceVersion,
      timeoutSeconds: Math.ceil(patience / 1000) + 1,
    };
    try {
      for await (const events of client.watch(leases, selection, { signal: AbortSignal.any([signal, expired]) })) {
        if (events.some(({ type }) => type !== 'BOOKMARK')) return false;
      }
      return false;
    } catch (error) {
      if (expired.aborted && !signal.aborted) return true;
      throw error;
    }
  }

  /** Renew until told to stop (undefined), or until the lease is lost (why). */
  async renew(stop: AbortSignal): Promise<string | undefined> {
    const { client, retryPeriodMs, renewDeadlineMs, identity } = this.#options;
    let renewedAt = this.#clock.now();
    while (!stop.aborted) {
      await this.#sleep(retryPeriodMs, stop);
      const current = this.#held;
      if (stop.aborted || !current) return undefined;
      const left = renewDeadlineMs - (this.#clock.now() - renewedAt);
      try {
        const attempt = AbortSignal.any([stop, AbortSignal.timeout(Math.max(1, left))]);
        this.#held = await client.update(
          leases,
          { ...current, spec: this.#spec(specOf(current)) },
          { signal: attempt },
        );
        renewedAt = this.#clock.now();
      } catch (error) {
        if (stop.aborted) return undefined;
        const words = error instanceof Error ? error.message : String(error);
        if (isKubeError(error, 'conflict', 'notFound')) {
          const holder = await this.#reread(stop);
          if (holder !== undefined && holder !== identity)
            return this.#lost(`lease ${this.#name} is held by "${holder}" now`);
        }
        this.#log.warn({ err: error, lease: this.#name }, `lease not renewed: ${words}`);
        if (this.#clock.now() - renewedAt >= renewDeadlineMs) {
          return this.#lost(`lease ${this.#name} could not be renewed for ${renewDeadlineMs} ms: ${words}`);
        }
      }
    }
    return undefined;
  }

  /** Who holds the lease now; undefined when that cannot be found out. An empty text means nobody. */
  async #reread(signal: AbortSignal): Promise<string | undefined> {
    const { client, lease } = this.#options;
    try {
      this.#held = await client.get(leases, lease, { signal });
      return specOf(this.#held).holderIdentity ?? '';
    } catch (error) {
      return isKubeError(error, 'notFound') ? '' : undefined;
    }
  }

  /** Give the lease back, so that another process need not wait for it to run out. */
  async release(): Promise<void> {
    const current = this.#held;
    if (!current) return;
    const spec = { ...this.#spec(specOf(current)), holderIdentity: '', leaseDurationSeconds: 1 };
    try {
      await this.#options.client.update(leases, { ...current, spec }, { signal: AbortSignal.timeout(2000) });
    } catch (error) {
      this.#log.debug({ err: error, lease: this.#name }, 'lease not given back; it will run out');
    }
    this.#tell(undefined);
  }

  #lost(reason: string): string {
    this.#tell(undefined);
    return reason;
  }

  #spec(old: LeaseSpec): Required<LeaseSpec> {
    const { identity, leaseDurationMs } = this.#options;
    // metav1.MicroTime.
    const now = new Date(this.#clock.now()).toISOString().replace('Z', '000Z');
    const same = old.holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.max(1, Math.ceil(leaseDurationMs / 1000)),
      acquireTime: same ? (old.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (old.leaseTransitions ?? 0) + (same || old.holderIdentity === undefined ? 0 : 1),
    };
  }

  get #name(): string {
    const { namespace, name } = this.#options.lease;
    return `${namespace}/${name}`;
  }

  #tell(leader: string | undefined): void {
    if (leader === this.#leader) return;
    this.#leader = leader;
    this.#log.info({ lease: this.#name, leader }, leader ? `leader is ${leader}` : 'there is no leader');
    this.#options.onLeader?.(leader);
  }

  async #sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#clock.sleep(milliseconds, signal);
    } catch {
      // Aborted: the caller looks at its signal.
    }
  }
}

const jittered = (milliseconds: number): number => milliseconds * (1 + Math.random() * 0.2);
