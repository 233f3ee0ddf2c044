/**
 * The databases of OVN and Open vSwitch: their schema files, the types of their rows, and the row reconciler, which holds
 * a table of desired rows against a replica and writes the difference.
 */
export { acknowledged } from './acknowledgement.ts';
export type { Database, OwnerFilter } from './database-view.ts';
export {
  type DesiredAtom,
  type DesiredColumns,
  type DesiredMember,
  type DesiredRow,
  type DesiredValue,
  desiredEntry,
  type Parent,
  type Ref,
  type RowBuilder,
  ref,
  rowKey,
  rowsOf,
  type TypedParent,
} from './desired-row.ts';
export { OvnDbError, type OvnDbErrorCode } from './error.ts';
export {
  idKey,
  type Owner,
  ownedBy,
  ownerControllerKey,
  ownerExternalIds,
  ownerId,
  ownerTypeKey,
} from './external-ids.ts';
export type { OVN_Northbound } from './generated/ovn-nb.ts';
export type { OVN_Southbound } from './generated/ovn-sb.ts';
export type { Open_vSwitch_Database } from './generated/vswitch.ts';
export { hashName } from './hash-name.ts';
export { defaultIdentity, type Identity } from './identity.ts';
export { formatProblem, type Problem } from './problem.ts';
export { reconcileRows } from './reconciler.ts';
export type { ReconcilerOptions, ReconcilerStatistics, RowReconciler } from './reconciler-options.ts';
