import { isKubeError } from '@ovnkube/kube';
import { MetricsAddressError } from '@ovnkube/metrics';

/** What went wrong, for programs: `flag` and `config` are the user's to mend, the rest the machine's. */
export type AgentErrorCode = 'flag' | 'config' | 'engine' | 'ovs' | 'host';

/** An error of the node agent; its message names the object, the value and what would be right. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code: AgentErrorCode;

  constructor(code: AgentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Exit codes of the process, as `--help` documents them. */
export const exitCodes = { ok: 0, failure: 1, usage: 2 } as const;

/** The exit code that tells the caller who has to act. */
export function exitCodeOf(error: unknown): number {
  const usersToMend =
    isKubeError(error, 'config') ||
    error instanceof MetricsAddressError ||
    (error instanceof AgentError && (error.code === 'flag' || error.code === 'config'));
  return usersToMend ? exitCodes.usage : exitCodes.failure;
}
