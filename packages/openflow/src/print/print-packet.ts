import { PACKET_IN_REASONS } from '../actions/nicira-names.ts';
import { canonicalMatch } from '../match/canonical-match.ts';
import { NO_BUFFER } from '../messages/flow-mod.ts';
import type { PacketIn, Resume } from '../messages/packet.ts';
import type { PacketOut } from '../model/flow.ts';
import { formatPacket } from '../packet/format-packet.ts';
import { formatActions, formatBytes } from '../text/format-actions.ts';
import { formatMatch } from '../text/format-match.ts';
import { hexDump } from './hex-dump.ts';
import { printContinuation } from './print-continuation.ts';

const NO_COOKIE = 2n ** 64n - 1n;
const hex8 = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

function bufferText(packet: PacketIn | Resume): string {
  const { buffer_id, total_len, data } = packet;
  if (buffer_id === undefined || buffer_id === NO_BUFFER) {
    return ` (unbuffered)${total_len === data.length ? '' : ' (***total_len != data_len***)'}`;
  }
  return ` buffer=${hex8(buffer_id)}${total_len < data.length ? ' (***total_len < data_len***)' : ''}`;
}

/** A packet-in; its bytes are told from verbosity 1 on, and dumped from 3 on. */
export function printPacketIn(packet: PacketIn | Resume, version: number, verbosity: number): string {
  const { table, cookie, reason, total_len, data, userdata, continuation } = packet;
  const match = formatMatch(canonicalMatch(packet.match, 0));
  const via = typeof reason === 'number' ? (PACKET_IN_REASONS[reason] ?? String(reason)) : reason;
  const parts = [
    table === undefined || table === 0 ? '' : ` table_id=${table}`,
    cookie === undefined || cookie === NO_COOKIE ? '' : ` cookie=0x${cookie.toString(16)}`,
    ` total_len=${total_len} ${match}`,
    ` (via ${via})`,
    ` data_len=${data.length}${bufferText(packet)}\n`,
    userdata === undefined || userdata.length === 0 ? '' : ` userdata=${formatBytes(userdata)}\n`,
    continuation === undefined ? '' : printContinuation(continuation, version),
    verbosity > 0 ? `${formatPacket(data)}\n` : '',
    verbosity > 2 ? hexDump(data, false) : '',
  ];
  return parts.join('');
}

export function printPacketOut(packet: PacketOut, verbosity: number): string {
  const { buffer_id, data } = packet;
  const match = formatMatch(packet.match ?? [{ field: 'in_port', value: packet.in_port & 0xffff }]);
  const head = ` ${match} actions=${formatActions(packet.actions)}`;
  if (buffer_id !== undefined && buffer_id !== NO_BUFFER) return `${head} buffer=${hex8(buffer_id)}\n`;
  const shown = verbosity > 0 && data.length > 0 ? `\n${formatPacket(data)}\n` : '';
  return `${head} data_len=${data.length}${shown}${verbosity > 2 ? hexDump(data, false) : ''}`;
}
