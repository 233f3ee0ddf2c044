import { IpamError } from '@ovnkube/ipam';
import { isKubeError } from '@ovnkube/kube';
import { MetricsAddressError } from '@ovnkube/metrics';

/** A flag whose value cannot be used; the message names it, its value and what would be right. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

/** Exit codes of the process, as `--help` documents them. */
export const exitCodes = { ok: 0, failure: 1, usage: 2, lost: 3 } as const;

/** The exit code that tells the caller who has to act: 2 is the user's to mend. */
export const exitCodeOf = (error: unknown): number =>
  error instanceof FlagError ||
  error instanceof IpamError ||
  error instanceof MetricsAddressError ||
  isKubeError(error, 'config')
    ? exitCodes.usage
    : exitCodes.failure;
