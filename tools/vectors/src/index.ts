/** Runs folders of test vectors against the libraries. */
export const name = '@ovnkube/vectors';
