import { CniError, type Environment, isCniError, type NetworkConfiguration, type Result } from '@ovnkube/cni';
import { isHostError } from '@ovnkube/host';
import { isOvsdbError } from '@ovnkube/ovsdb';
import { add, type CniNode, check, collectGarbage, del, status } from './operations.ts';
import { waitedFor } from './pod-source.ts';
import type { CniHandler } from './server.ts';

/** The operations on a node, as what a server hands requests to. Everything it rejects with is a CniError, but for bugs. */
export const cniHandler =
  (node: CniNode): CniHandler =>
  async (environment, configuration, signal) => {
    try {
      return await operate(node, environment, configuration, signal);
    } catch (error) {
      throw cniError(error, environment, signal);
    }
  };

async function operate(
  node: CniNode,
  environment: Environment,
  configuration: NetworkConfiguration,
  signal: AbortSignal,
): Promise<Result | undefined> {
  switch (environment.command) {
    case 'ADD':
      return await add(node, environment, signal);
    case 'DEL':
      await del(node, environment, signal);
      return undefined;
    case 'CHECK':
      await check(node, environment, configuration, signal);
      return undefined;
    case 'GC':
      await collectGarbage(node, configuration.validAttachments ?? [], signal);
      return undefined;
    case 'STATUS':
      status(node);
      return undefined;
    case 'VERSION':
      // The plugin answers it alone; a server has nothing to add.
      return undefined;
  }
}

/** What went wrong below, by the specification's codes. */
function cniError(error: unknown, { command }: Environment, signal: AbortSignal): unknown {
  if (isCniError(error)) return error;
  if (signal.aborted && error === signal.reason) return waitedFor(signal, `${command} to end`);
  if (isHostError(error)) {
    return new CniError(error.code === 'program-missing' ? 'not-available' : 'io-failure', error.message, {
      cause: error,
    });
  }
  return isOvsdbError(error) ? new CniError('io-failure', error.message, { cause: error }) : error;
}
