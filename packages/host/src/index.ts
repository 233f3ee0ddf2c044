/**
 * Links, addresses, routes, neighbours, rules, namespaces, sysctls and nftables of a host or of one of its network namespaces,
 * through `ip` and `nft`: reads as data, writes as reconcilers. Processes start through a small `Run` that a test can replace.
 */
export type { Address, DesiredAddress } from './address.ts';
export { type Change, describeChange, type Write } from './change.ts';
export { changesOf, type DesiredHost, type Owner, stepsOf } from './desired.ts';
export { HostError, type HostErrorCode, isHostError } from './error.ts';
export { followNamespace, type HostEvent } from './follow.ts';
export { HostReconciler, type HostReconcilerOptions } from './host-reconciler.ts';
export { canonicalAddress, canonicalCidr, word } from './ip-text.ts';
export type { DesiredLink, Link } from './link.ts';
export { inNamespace, namespacePath, namespaces, reconcileNamespaces } from './namespace.ts';
export type { DesiredNeighbour, Neighbour } from './neighbour.ts';
export { deleteTable, listTable, type NftOptions, reconcileTable, TableReconciler } from './nftables.ts';
export type { ChainContent, RuleContent, SetContent, TableContent } from './nftables-content.ts';
export type { DesiredChain, DesiredSet, DesiredTable, NftFamily } from './nftables-table.ts';
export { type Observed, observe, type Scope } from './observe.ts';
export { type ReconcileOptions, type Report, reconcile } from './reconcile.ts';
export type { DesiredRoute, Route } from './route.ts';
export type { DesiredRule, Rule } from './rule.ts';
export { type Command, type Completed, type Follow, followProcess, type Run, runProcess } from './run.ts';
export { type Failure, type Performed, perform, type ScriptOptions, type Step } from './script.ts';
export { readSysctls, type Sysctls } from './sysctl.ts';
