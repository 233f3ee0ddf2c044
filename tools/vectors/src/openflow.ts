import { actionsSuite } from './openflow-actions.ts';
import { corpusSuite } from './openflow-corpus.ts';
import { flowErrorSuite, parseFlowsSuite, protocolsSuite } from './openflow-flows.ts';
import { nxmSuite } from './openflow-nxm.ts';
import { printSuite } from './openflow-print.ts';
import type { Suites } from './vector.ts';

/** OpenFlow's kinds of vectors. */
export const openflowSuites: Suites = {
  'nx-match': nxmSuite,
  oxm: nxmSuite,
  'ofp-print': printSuite,
  'parse-flows': parseFlowsSuite,
  'parse-flow': flowErrorSuite,
  'action-parse-error': flowErrorSuite,
  'flow-mask-error': flowErrorSuite,
  'flow-protocols': protocolsSuite,
  'flow-corpus': corpusSuite,
  'group-meter-tlv-corpus': corpusSuite,
  'ofp-actions': actionsSuite('actions'),
  'ofp-instructions': actionsSuite('instructions'),
};
