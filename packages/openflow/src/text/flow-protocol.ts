import { fieldsOf } from '../match/canonical-match.ts';
import { legacyFields } from '../match/legacy-match.ts';
import { putFlowMod } from '../messages/codec.ts';
import { parseError } from '../openflow-error.ts';
import { Writer } from '../wire/writer.ts';
import type { ParsedFlow } from './parse-flow.ts';
import { formatProtocols, NXM_ANY, protocolVersion, TID } from './protocol.ts';

/**
 * The protocol that ovs-ofctl chooses: the first of those that can say the flows and are allowed. Throws a `parse` error where
 * there is none.
 */
export function chooseProtocol(usable: number, allowed: number): number {
  const both = usable & allowed;
  if (both === 0) {
    throw parseError(
      `none of the usable flow formats (${formatProtocols(usable)}) is among the allowed flow formats (${formatProtocols(allowed)})`,
    );
  }
  return both & -both;
}

/** A parsed flow's bytes in one protocol, as ovs-ofctl sends them. */
export function encodeParsedFlow(parsed: ParsedFlow, protocol: number, xid = 0): Uint8Array {
  const version = protocolVersion(protocol);
  const nxm = (protocol & NXM_ANY) !== 0;
  const { flow, bits } = parsed;
  const table = version > 1 ? flow.table : (protocol & TID) === 0 ? 0 : (flow.table ?? 0xff);
  const { table: _, ...rest } = flow;
  const match = nxm ? fieldsOf(bits, 0) : version < 3 ? legacyFields(bits) : fieldsOf(bits, version);
  const writer = new Writer();
  putFlowMod(writer, { ...rest, ...(table === undefined ? {} : { table }), match }, version, xid, nxm);
  return writer.slice();
}
