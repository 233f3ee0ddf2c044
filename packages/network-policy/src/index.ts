/**
 * Network policies as northbound rows: ACLs, port groups and address sets. Pure and incremental: what a pod, a label or a
 * policy changes costs the sets and rules that it enters or leaves, however many there are of either.
 */
export { type AclLogging, readAclLogging, type Severity } from './acl-logging.ts';
export type { AddressSetMember } from './address-set.ts';
export type { AdminPolicyInputs } from './admin-policies.ts';
export type { FieldProblem } from './field.ts';
export {
  type NetworkPolicies,
  type NetworkPolicyInputs,
  type NetworkPolicyOptions,
  networkPolicies,
} from './network-policy.ts';
export type { NamespaceObject, NodeObject, PodObject, PolicyObject } from './objects.ts';
export { networkPolicyOwns, northboundTables, type OwnerType, ownerTypes } from './owner.ts';
export type { PolicyProblem } from './policy-problem.ts';
