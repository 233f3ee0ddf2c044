/** Runs the real OVN beside ours and compares. */
export const name = '@ovnkube/oracle';
