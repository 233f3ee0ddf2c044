/** Reserved ports, by their names in ovs-ofctl, in OpenFlow 1.1+'s 32 bits. */
export const Port = {
  UNSET: 0xfffffff7,
  IN_PORT: 0xfffffff8,
  TABLE: 0xfffffff9,
  NORMAL: 0xfffffffa,
  FLOOD: 0xfffffffb,
  ALL: 0xfffffffc,
  CONTROLLER: 0xfffffffd,
  LOCAL: 0xfffffffe,
  ANY: 0xffffffff,
} as const;

/** The last port number that is not reserved. */
export const LAST_PORT = 0xfffffeff;

/** OpenFlow 1.0 and Nicira's actions have 16-bit port numbers: 0xff00 and above are the reserved ones. */
export function portTo16(port: number): number {
  return port & 0xffff;
}

/** The 32-bit number of a 16-bit one. */
export function portFrom16(port: number): number {
  return port >= 0xff00 ? (port | 0xffff0000) >>> 0 : port;
}
