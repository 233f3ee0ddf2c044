import { findBinaries, missingReason } from '@ovnkube/kube-real';
import { describe, it } from 'vitest';
import { clientSuite } from './client-suite.ts';
import { realServer } from './server-under-test.ts';

if (await findBinaries()) clientSuite('real API server', realServer);
else {
  console.warn(`skipped: ${missingReason()}`);
  describe('real API server', () => it.skip(missingReason()));
}
