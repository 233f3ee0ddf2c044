/** Families of nft(8) "ADDRESS FAMILIES". */
export type NftFamily = 'ip' | 'ip6' | 'inet' | 'arp' | 'bridge' | 'netdev';

/** A table that shall be there and is ours altogether: what is in it and not here goes. Statements are those of nft(8). */
export interface DesiredTable {
  readonly family: NftFamily;
  readonly name: string;
  readonly chains?: readonly DesiredChain[];
  readonly sets?: readonly DesiredSet[];
}

export interface DesiredChain {
  readonly name: string;
  /** `type nat hook prerouting priority dstnat; policy accept;` for a base chain. */
  readonly base?: string;
  /** One rule each: `ip saddr 10.0.0.0/8 counter return comment "from inside"`. */
  readonly rules?: readonly string[];
}

export interface DesiredSet {
  readonly name: string;
  readonly kind: 'set' | 'map';
  /** `type ipv4_addr . inet_service : ipv4_addr . inet_service;` and `flags interval;` as the set needs them. */
  readonly definition: string;
  /** `10.0.0.0/8`, for a map `192.0.2.1 . 80 : 10.128.0.5 . 8080`. */
  readonly elements?: readonly string[];
}
