import { finishMessage, putHeader } from '../messages/header.ts';
import type { BundleControl } from '../messages/message.ts';
import { rawFor } from '../messages/raw-messages.ts';
import { encodeError, isOpenFlowError, type OpenFlowError, type Rejection } from '../openflow-error.ts';
import { Writer } from '../wire/writer.ts';
import type { MessageBatch } from './batch.ts';
import type { Channel } from './channel.ts';
import { versionName } from './negotiation.ts';
import { rejectedError, rejectionOf } from './rejection.ts';

/** How a bundle is carried out. Both are true where left out. */
export interface BundleOptions {
  /** All messages or none. */
  readonly atomic?: boolean;
  /** In the order given. */
  readonly ordered?: boolean;
  readonly signal?: AbortSignal;
}

/** Bytes that go to the stream at once. */
const CHUNK = 1 << 16;

type Put = (writer: Writer, index: number, xid: number) => void;

/** Encodes and writes one message after the other, as fast as the switch takes them. */
async function pump(channel: Channel, first: number, length: number, put: Put, signal?: AbortSignal): Promise<void> {
  const writer = new Writer(CHUNK * 2);
  const flush = async (): Promise<void> => {
    channel.writeBytes(writer.slice());
    writer.length = 0;
    await channel.writable(signal);
  };
  for (let index = 0; index < length; index++) {
    const start = writer.length;
    try {
      put(writer, index, first + index);
    } catch (cause) {
      // What was written before goes out whole; of this message nothing does.
      writer.length = start;
      channel.writeBytes(writer.slice());
      throw cause;
    }
    if (writer.length >= CHUNK) await flush();
  }
  if (writer.length > 0) await flush();
}

/** Hears the errors of a batch's messages. */
function collect(channel: Channel, batch: MessageBatch): { first: number; rejections: Rejection[]; stop: () => void } {
  const first = channel.reserve(batch.length);
  const rejections: Rejection[] = [];
  const stop = channel.listen({
    first,
    count: batch.length,
    rejected: (index, error) => rejections.push(rejectionOf(error, first + index, index, batch.message(index))),
  });
  return { first, rejections, stop };
}

/** Sends all and a barrier; rejects with `rejected`, all errors, once the barrier's reply is there. */
export async function sendBatch(channel: Channel, batch: MessageBatch, signal?: AbortSignal): Promise<void> {
  const { first, rejections, stop } = collect(channel, batch);
  try {
    const put: Put = (writer, index, xid) => batch.put(writer, index, channel.version, xid);
    await pump(channel, first, batch.length, put, signal);
    await channel.request({ type: 'barrier_request' }, () => undefined, signal);
    if (rejections.length > 0) throw rejectedError(rejections);
  } finally {
    stop();
  }
}

/** Writes OFPT_BUNDLE_ADD_MESSAGE around a message of the batch. */
function bundleAdd(batch: MessageBatch, version: number, bundleId: number, flags: number): Put {
  const raw = rawFor(version, 'bundle_add');
  if (raw === undefined) throw encodeError(`${versionName(version)} has no bundles`);
  return (writer, index, xid) => {
    const start = writer.length;
    putHeader(writer, version, raw, xid, false);
    writer.u32(bundleId);
    writer.u16(0);
    writer.u16(flags);
    batch.put(writer, index, version, xid);
    const length = writer.length - start;
    if (length > 0xffff) throw encodeError(`message ${index} needs ${length} bytes in a bundle: it has at most 65535`);
    finishMessage(writer, start);
  };
}

/**
 * One bundle: open, add, close, commit. Errors of members come by xid, from adding or from committing; then nothing of an atomic
 * bundle is in force and the error is `rejected`. Connection lost or signal aborted after the commit went out: it may or may not be.
 */
export async function sendBundle(
  channel: Channel,
  batch: MessageBatch,
  bundleId: number,
  { atomic = true, ordered = true, signal }: BundleOptions,
): Promise<void> {
  const control = (kind: BundleControl['control']): BundleControl => ({
    type: 'bundle_control',
    bundle_id: bundleId,
    control: kind,
    atomic,
    ordered,
  });
  const ask = (kind: BundleControl['control']): Promise<void> =>
    channel.request(control(kind), () => undefined, signal);
  const put = bundleAdd(batch, channel.version, bundleId, (atomic ? 1 : 0) | (ordered ? 2 : 0));
  await ask('open_request');
  const { first, rejections, stop } = collect(channel, batch);
  let committing = false;
  try {
    await pump(channel, first, batch.length, put, signal);
    // Its reply comes after the errors of all that was added.
    await ask('close_request');
    if (rejections.length > 0) throw rejectedError(rejections);
    committing = true;
    await ask('commit_request');
  } catch (error) {
    if (!committing && channel.closed === undefined) discard(channel, control('discard_request'));
    throw memberError(error, rejections);
  } finally {
    stop();
  }
}

/** The members' own errors say more than that of the commit, OFPBFC_MSG_FAILED. */
function memberError(error: unknown, rejections: readonly Rejection[]): unknown {
  return isOpenFlowError(error, 'rejected') && rejections.length > 0 ? rejectedError(rejections) : error;
}

/** A bundle that the switch has given up already needs no discarding: errors do not matter. */
function discard(channel: Channel, control: BundleControl): void {
  channel.request(control, () => undefined).catch((_error: OpenFlowError) => undefined);
}
