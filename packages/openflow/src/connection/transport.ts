import type { Remote } from './remote.ts';

/** One byte stream to a switch. */
export interface Stream {
  /** Takes the bytes over: they must not change afterwards. */
  write(bytes: Uint8Array): void;
  /** Bytes written that the peer's socket has not taken yet. */
  readonly waiting: number;
  /** Ends it at once; `closed` is not called any more. */
  destroy(): void;
}

/** What a stream reports. */
export interface StreamEvents {
  opened(): void;
  /** Bytes that are only valid during the call. */
  data(chunk: Uint8Array): void;
  /** {@link Stream.waiting} went down to zero. */
  drained(): void;
  /** Failed to open, broke, or was ended by the peer. Called once. */
  closed(cause: Error | undefined): void;
}

/** Keys and certificates for `ssl:` remotes, as PEM text. */
export interface TlsOptions {
  readonly privateKey?: string;
  readonly certificate?: string;
  /** The authority that signed the switch's certificate. As in OVS, the chain is verified and host names are not. */
  readonly caCertificate: string;
}

/** Opens streams. The default one uses sockets of Node. */
export interface Transport {
  open(remote: Remote, tls: TlsOptions | undefined, events: StreamEvents): Stream;
}

/** Time, so that tests can hold it still. */
export interface Clock {
  /** Milliseconds since any fixed point, never going back. */
  now(): number;
  /** Call back once after `ms`; the result cancels. */
  after(ms: number, callback: () => void): () => void;
}
