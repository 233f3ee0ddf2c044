/** Test support: unique names, real ovsdb-servers and switches, vectors and arbitraries. */
export const name = '@ovnkube/testing';
