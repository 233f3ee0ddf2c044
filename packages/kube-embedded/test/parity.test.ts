import { join } from 'node:path';
import { findBinaries, missingReason, startReal } from '@ovnkube/kube-real';
import { guardProcess, scratch } from '@ovnkube/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbedded } from '../src/index.ts';
import { type Answer, type Call, caller } from './api-call.ts';
import { parityCalls } from './parity-calls.ts';

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What no two servers agree on, and fields that say nothing about a network. */
const volatile: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'time',
  'continue',
  'remainingItemCount',
]);
/** Defaults that the embedded server leaves out: kubelets and schedulers read them, networks do not. */
const unmodelled: ReadonlySet<string> = new Set([
  ...['strategy', 'revisionHistoryLimit', 'progressDeadlineSeconds', 'preemptionPolicy', 'priority', 'tolerations'],
  ...['qosClass', 'observedGeneration', 'immutable', 'source', 'eventTime', 'reportingComponent', 'reportingInstance'],
  ...[
    'firstTimestamp',
    'lastTimestamp',
    'lastProbeTime',
    'lastTransitionTime',
    'status.observedGeneration',
    'creationTimestamp',
  ],
]);

const serviceCidrs = ['10.96.0.0/16', 'fd00:10:96::/112'];
/** The address that a call names. */
const askedAddress = '10.96.77.7';

/** An answer without them; who manages which fields is compared by manager, operation and field. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  // Addresses that nobody asked for are chosen at random by the real server.
  if (typeof value === 'string' && value !== askedAddress) {
    if (value.startsWith('10.96.')) return 'some IPv4 service address';
    if (value.startsWith('fd00:10:96::')) return 'some IPv6 service address';
  }
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([name, inner]) => !volatile.has(name) && !unmodelled.has(name) && inner !== null && name !== 'managedFields',
      )
      .map(([name, inner]) => [name, comparable(inner)]),
  );
}

/** Refusals are compared by code, reason and what they are about; their words only where they are the client's to read. */
function judged({ status, body }: Answer): unknown {
  if (!isFields(body)) return { status };
  if (body['kind'] !== 'Status') return { status, body: comparable(body) };
  const { reason, details } = body;
  const { causes, ...rest } = isFields(details) ? details : {};
  const fields = Array.isArray(causes)
    ? [...new Set(causes.map((cause) => `${cause.reason} ${cause.field}`))].sort()
    : [];
  return { status, reason, details: comparable(rest), fields };
}

const binaries = await findBinaries();
if (!binaries) console.warn(`skipped: ${missingReason()}`);

describe.skipIf(!binaries)('the embedded server answers as the real one', () => {
  let stop: readonly (() => Promise<void>)[] = [];
  let embedded: (call: Call) => Promise<Answer>;
  let real: (call: Call) => Promise<Answer>;

  beforeAll(async () => {
    if (!binaries) return;
    const dir = await scratch('parity');
    const kubeconfig = join(dir, 'embedded.kubeconfig');
    const server = await startEmbedded({ kubeconfig, token: 'secret', tls: 'self-signed', serviceCidrs });
    const cluster = await startReal({ binaries, dir, controllerManager: false, serviceCidrs, onProcess: guardProcess });
    stop = [() => server.stop(), () => cluster.stop()];
    embedded = await caller(kubeconfig);
    real = await caller(cluster.kubeconfig);
  }, 120_000);
  afterAll(() => Promise.all(stop.map((end) => end())));

  it.each(parityCalls.map((call) => [call.what, call] as const))('%s', async (_, call) => {
    const [ours, theirs] = [await embedded(call), await real(call)];
    expect(judged(ours)).toEqual(judged(theirs));
  });
});
