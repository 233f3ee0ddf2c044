/** Tables, derivations with tracked reads, indexes and atomic change batches. */
export const name = '@ovnkube/incremental';
