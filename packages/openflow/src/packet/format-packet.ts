import { formatFlowMatch } from '../text/format-match.ts';
import { packetFlow } from './packet-flow.ts';

/** An Ethernet packet in one line, as ovs-ofctl tells it of packet-ins. */
export function formatPacket(bytes: Uint8Array): string {
  const { flow, inner, checksum } = packetFlow(bytes);
  return `${formatFlowMatch(flow, undefined, inner)}${checksum === undefined ? '' : ` ${checksum}`}`;
}
