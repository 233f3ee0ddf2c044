/** What an {@link IpamError} is about. */
export type IpamErrorCode =
  /** A list of addresses is empty where one is needed. */
  | 'address'
  /** A text is not a subnet, or has host bits set. */
  | 'subnet'
  /** A list of cluster subnets cannot serve nodes: per-node prefix, size. */
  | 'cluster-subnets'
  /** Two subnets of the configuration share addresses. */
  | 'overlap'
  /** A node id lies outside of a subnet that numbers nodes. */
  | 'node-id';

/** A configuration that cannot be used. The message names the object, the field, the value and what would be right. */
export class IpamError extends Error {
  readonly code: IpamErrorCode;

  constructor(code: IpamErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'IpamError';
    this.code = code;
  }
}
