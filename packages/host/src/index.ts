/** Links, addresses, routes, namespaces, sysctls and nftables of a host, through ip and nft, as reconcilers. */
export const name = '@ovnkube/host';
