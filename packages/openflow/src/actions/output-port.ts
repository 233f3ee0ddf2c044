import { isPortValid } from '../match/value-bits.ts';
import { Port } from '../model/port.ts';
import { decodeError } from '../openflow-error.ts';

const OUTPUT_PORTS: ReadonlySet<number> = new Set([
  ...[Port.IN_PORT, Port.TABLE, Port.NORMAL, Port.FLOOD, Port.ALL, Port.CONTROLLER, Port.LOCAL],
]);

/** A port that an output action may name: an ordinary one or a reserved one that stands for a place. */
export function checkedPort(port: number, at: number): number {
  if (!isPortValid(port)) throw decodeError('OFPBAC_BAD_OUT_PORT', at, `port 0x${port.toString(16)} is out of range`);
  if (port >= 0xffffff00 && !OUTPUT_PORTS.has(port)) {
    throw decodeError('OFPBAC_BAD_OUT_PORT', at, `no output to port 0x${port.toString(16)}`);
  }
  return port;
}
