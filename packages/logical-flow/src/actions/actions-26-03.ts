import { ActionSet } from './action.ts';
import { FIELD_ACTIONS } from './assignment.ts';
import { CONNTRACK_ACTIONS } from './conntrack.ts';
import { CONTROLLER_ACTIONS } from './controller.ts';
import { DHCP_ACTIONS } from './dhcp.ts';
import { FDB_ACTIONS } from './fdb.ts';
import { LEARN_ACTIONS } from './learn.ts';
import { LOAD_BALANCE_ACTIONS } from './load-balance.ts';
import { NEIGHBOR_ACTIONS } from './neighbor.ts';
import { NESTED_ACTIONS } from './nested.ts';
import { PIPELINE_ACTIONS } from './pipeline.ts';
import { RESULT_ACTIONS } from './result.ts';
import { ROUTER_ADVERTISEMENT_ACTIONS } from './router-advertisement.ts';
import { SAMPLE_ACTIONS } from './sample.ts';

/** All actions of OVN 26.03: ovn-sb(5), Logical_Flow, `actions`. */
export const ACTIONS_26_03 = new ActionSet([
  ...FIELD_ACTIONS,
  ...PIPELINE_ACTIONS,
  ...CONNTRACK_ACTIONS,
  ...LOAD_BALANCE_ACTIONS,
  ...NESTED_ACTIONS,
  ...NEIGHBOR_ACTIONS,
  ...FDB_ACTIONS,
  ...RESULT_ACTIONS,
  ...DHCP_ACTIONS,
  ...ROUTER_ADVERTISEMENT_ACTIONS,
  ...CONTROLLER_ACTIONS,
  ...LEARN_ACTIONS,
  ...SAMPLE_ACTIONS,
]);
