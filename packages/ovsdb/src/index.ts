/** Speaks RFC 7047 and OVS's extensions to ovsdb-servers, keeps a typed replica and writes transactions. */
export const name = '@ovnkube/ovsdb';
