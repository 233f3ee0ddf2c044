import { createHash } from 'node:crypto';
import type { KubeClient } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { isKubeError } from './error.ts';
import { type Log, silent } from './log.ts';
import { apiVersionOf, defineResource, type Resource } from './resource.ts';

const events = defineResource<object>({
  group: '',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
  fields: {},
});

/** What an event is about. */
export interface EventSubject {
  readonly resource: Resource<unknown>;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

export interface KubeEvent {
  readonly type: 'Normal' | 'Warning';
  /** A CamelCase word, such as `ErrorAddingResource`. */
  readonly reason: string;
  readonly message: string;
}

export interface EventRecorderOptions {
  readonly signal?: AbortSignal;
  /** Where the event was made: the node, if one. */
  readonly host?: string;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** How many different events are remembered, and how many may wait to be written. */
const memory = 4096;
const waiting = 1000;

/**
 * Writes events for people (`kubectl describe`). The same event of the same object is one Event whose `count` grows, also
 * across restarts: its name follows from what it says. Nothing here throws or waits: a failing write is logged.
 */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #component: string;
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  /** Event name → count, oldest use first. */
  readonly #counts = new Map<string, number>();
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;

  constructor(client: KubeClient, component: string, options: EventRecorderOptions = {}) {
    this.#client = client;
    this.#component = component;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Write an event, soon. */
  record(subject: EventSubject, event: KubeEvent): void {
    const log = this.#options.log ?? silent;
    if (this.#queued >= waiting) {
      log.warn({ subject: subject.name, ...event }, `event dropped: ${waiting} events wait to be written already`);
      return;
    }
    this.#queued += 1;
    this.#queue = this.#queue.then(async () => {
      try {
        if (!this.#options.signal?.aborted) await this.#write(subject, event);
      } catch (error) {
        if (!this.#options.signal?.aborted) log.warn({ err: error, ...event }, 'event could not be written');
      } finally {
        this.#queued -= 1;
      }
    });
  }

  /** Resolves when everything recorded so far is written or given up. */
  flush(): Promise<void> {
    return this.#queue;
  }

  async #write(subject: EventSubject, event: KubeEvent): Promise<void> {
    const namespace = subject.namespace ?? 'default';
    const name = eventName(this.#component, subject, event);
    const now = new Date(this.#clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const { signal } = this.#options;
    const count = this.#counts.get(name);
    if (count === undefined) {
      try {
        await this.#client.create(events, this.#body(namespace, name, now, subject, event), { signal });
        this.#remember(name, 1);
        return;
      } catch (error) {
        if (!isKubeError(error, 'alreadyExists')) throw error;
      }
    }
    try {
      const before = count ?? Number((await this.#client.get(events, { namespace, name }, { signal }))['count'] ?? 1);
      await this.#client.patch(events, { namespace, name }, { count: before + 1, lastTimestamp: now }, { signal });
      this.#remember(name, before + 1);
    } catch (error) {
      if (!isKubeError(error, 'notFound')) throw error;
      // It was there and has expired (an Event lives for an hour): begin again.
      await this.#client.create(events, this.#body(namespace, name, now, subject, event), { signal });
      this.#remember(name, 1);
    }
  }

  #body(namespace: string, name: string, now: string, subject: EventSubject, event: KubeEvent) {
    const { resource } = subject;
    return {
      metadata: { namespace, name },
      involvedObject: {
        apiVersion: apiVersionOf(resource),
        kind: resource.kind,
        name: subject.name,
        ...(subject.namespace && { namespace: subject.namespace }),
        // kubectl finds the events of a Node by its name in place of the uid.
        uid: resource.kind === 'Node' ? subject.name : (subject.uid ?? ''),
      },
      ...event,
      source: { component: this.#component, ...(this.#options.host && { host: this.#options.host }) },
      reportingComponent: this.#component,
      reportingInstance: this.#options.host ?? this.#component,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
  }

  #remember(name: string, count: number): void {
    this.#counts.delete(name);
    this.#counts.set(name, count);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > memory && oldest !== undefined) this.#counts.delete(oldest);
  }
}

function eventName(component: string, subject: EventSubject, event: KubeEvent): string {
  const parts = [
    component,
    subject.resource.kind,
    subject.namespace,
    subject.name,
    subject.uid,
    event.type,
    event.reason,
    event.message,
  ];
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
  return `${subject.name.slice(0, 200)}.${hash}`;
}
