import type { Result } from '@ovnkube/cni';
import { add, type CniNode, check, collectGarbage, del, status } from './operations.ts';
import type { CniHandler } from './server.ts';

/** The operations on a node, as what a server hands requests to. */
export const cniHandler =
  (node: CniNode): CniHandler =>
  async (environment, configuration, signal): Promise<Result | undefined> => {
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
  };
