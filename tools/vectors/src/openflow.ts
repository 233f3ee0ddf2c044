import { actionsSuite } from './openflow-actions.ts';
import { nxmSuite } from './openflow-nxm.ts';
import type { Suites } from './vector.ts';

/** OpenFlow's kinds of vectors. */
export const openflowSuites: Suites = {
  'nx-match': nxmSuite,
  oxm: nxmSuite,
  'ofp-actions': actionsSuite('actions'),
  'ofp-instructions': actionsSuite('instructions'),
};
