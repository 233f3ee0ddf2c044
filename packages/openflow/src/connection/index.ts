/**
 * A connection to an OpenFlow switch over unix sockets, TCP or TLS: hello, echo, reconnecting, requests and their replies, barriers,
 * bundles, packet-ins, and a flow table that is kept as wanted. The rest of `@ovnkube/openflow` needs no sockets and runs anywhere.
 */
export { arrayBatch, type MessageBatch, type Request } from './batch.ts';
export { type ConnectOptions, connect } from './connect.ts';
export type { CallOptions, Connection, ConnectionEvents } from './connection.ts';
export { nodeTransport, systemClock } from './node-transport.ts';
export type { PacketInMessage, PacketIns } from './packet-in-queue.ts';
export { parseRemote, type Remote } from './remote.ts';
export type { BundleOptions } from './send.ts';
export type { Clock, Stream, StreamEvents, TlsOptions, Transport } from './transport.ts';
