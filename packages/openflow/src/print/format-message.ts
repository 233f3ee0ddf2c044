import { readBundleFrame } from '../messages/bundle.ts';
import { decodeMessage } from '../messages/codec.ts';
import { checkBodyLength, decodeHeader, HEADER_BYTES, type Header } from '../messages/header.ts';
import { isOpenFlowError, type OpenFlowError } from '../openflow-error.ts';
import { formatNxm } from '../oxm/nxm-text.ts';
import { Reader } from '../wire/reader.ts';
import { hexDump } from './hex-dump.ts';
import { printBody } from './print-body.ts';
import { printFlowMod } from './print-flow.ts';
import { formatMatch10 } from './print-match10.ts';
import { bundleFlags } from './print-misc.ts';

/** How much is told. */
export interface FormatOptions {
  /** As many as ovs-ofctl's `-m`: 1 tells packets, 3 their bytes and matches as they came, 5 every message's bytes. Default 2. */
  readonly verbosity?: number;
}

const VERSION_NAMES = ['', '', ' (OF1.1)', ' (OF1.2)', ' (OF1.3)', ' (OF1.4)', ' (OF1.5)'];

function headLine({ raw, version, xid }: Header): string {
  const name = version === 0 ? undefined : VERSION_NAMES[version];
  return `${raw.name}${name ?? ` (OF 0x${version.toString(16).padStart(2, '0')})`} (xid=0x${xid.toString(16)}):`;
}

function flagsText(bytes: Uint8Array, { raw, version }: Header): string {
  if (raw.multipart === undefined) return '';
  let flags = (bytes[10] ?? 0) * 256 + (bytes[11] ?? 0);
  if (flags === 0) return '';
  const canBeMore = raw.multipart === 'reply' || version >= 4;
  const more = canBeMore && (flags & 1) !== 0 ? '[more]' : '';
  if (more !== '') flags &= ~1;
  const rest = flags === 0 ? '' : `[***unknown flags 0x${flags.toString(16).padStart(4, '0')}***]`;
  return ` flags=${more}${rest}`;
}

function tryHeader(bytes: Uint8Array): Header | OpenFlowError {
  try {
    return decodeHeader(bytes);
  } catch (error) {
    if (isOpenFlowError(error, 'decode')) return error;
    throw error;
  }
}

/**
 * A message's bytes as `ovs-ofctl ofp-print` prints them. What cannot be read is dumped with the error's name, as ovs-ofctl does;
 * this does not throw.
 */
export function formatMessage(bytes: Uint8Array, options: FormatOptions = {}): string {
  const { verbosity = 2 } = options;
  if (bytes.length === 0) return 'OpenFlow message is empty\n';
  if (bytes.length < HEADER_BYTES) {
    return `OpenFlow packet too short (only ${bytes.length} bytes):\n${hexDump(bytes, true)}`;
  }
  const length = (bytes[2] ?? 0) * 256 + (bytes[3] ?? 0);
  if (length > bytes.length) {
    const header = tryHeader(bytes);
    const head = header instanceof Error ? '' : `${headLine(header)}\n`;
    return `${head}(***truncated to ${bytes.length} bytes from ${length}***)\n${hexDump(bytes, true)}`;
  }
  if (length < bytes.length) {
    return `(***only uses ${length} bytes out of ${bytes.length}***)\n${hexDump(bytes, true)}`;
  }
  return wholeMessage(bytes, verbosity);
}

function errorText(error: unknown): string {
  if (!isOpenFlowError(error, 'decode')) throw error;
  return `***decode error: ${error.ofp}***\n`;
}

function wholeMessage(bytes: Uint8Array, verbosity: number): string {
  const header = tryHeader(bytes);
  if (header instanceof Error) return `${errorText(header)}${hexDump(bytes, true)}`;
  try {
    checkBodyLength(header);
  } catch (error) {
    return `${errorText(error)}${hexDump(bytes, true)}`;
  }
  const head = `${headLine(header)}${flagsText(bytes, header)}`;
  try {
    const body = bodyText(bytes, header, verbosity);
    const text = `${head}${body}`;
    const ended = text.endsWith('\n') ? text : `${text}\n`;
    return verbosity >= 5 ? `${ended}${hexDump(bytes, true)}` : ended;
  } catch (error) {
    return `${head} ${errorText(error)}${hexDump(bytes, true)}`;
  }
}

/** The match as it came, for the most verbose; OpenFlow 1.1 and later have none. */
function rawMatch(bytes: Uint8Array, { raw, body, version }: Header): string | undefined {
  if (raw.name === 'NXT_FLOW_MOD') {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const at = body + 32;
    return formatNxm(bytes.slice(at, at + view.getUint16(body + 24)));
  }
  return version === 1 ? formatMatch10(new Reader(bytes, body)) : undefined;
}

function bodyText(bytes: Uint8Array, header: Header, verbosity: number): string {
  const { raw, version, xid } = header;
  if (raw.type === 'bundle_add') {
    const context = { version, xid, raw, policy: 'strict' as const };
    const frame = readBundleFrame(new Reader(bytes, header.body, header.length), context);
    const id = `\n bundle_id=0x${frame.bundle_id.toString(16)} flags=${bundleFlags(frame)}\n`;
    return `${id}${formatMessage(frame.inner, { verbosity })}`;
  }
  const message = decodeMessage(bytes, { policy: 'strict' });
  if (message.type === 'flow_mod' && verbosity >= 3) return printFlowMod(message, rawMatch(bytes, header));
  return printBody(message, { raw, verbosity, bytes, nested: (inner) => formatMessage(inner, { verbosity }) });
}
