/**
 * Test support: real ovsdb-servers and switches, network namespaces and folders that never outlive the process that
 * made them, also when it is killed. And judges of the plainest sort that compilers are held against.
 */
export {
  AclJudge,
  type NorthboundMember,
  type NorthboundRow,
  type Probe,
  type ProbeEnd,
  type SideVerdict,
} from './acl-judge.ts';
export { run } from './command.ts';
export { type Daemon, listening, startDaemon } from './daemon.ts';
export { guard, guardProcess } from './guard.ts';
export { missing } from './missing.ts';
export { type NetworkNamespace, netns } from './network-namespace.ts';
export {
  networkPoliciesAllow,
  type OracleEnd,
  type OraclePod,
  type OraclePolicy,
  type OracleSelector,
  type OracleWorld,
} from './network-policy-oracle.ts';
export { type OpenVSwitch, startOpenVSwitch } from './open-vswitch.ts';
export { parseOvnExpression } from './ovn-expression.ts';
export { type OvsdbServer, type OvsdbServerOptions, startOvsdbServer } from './ovsdb-server.ts';
export { scratch } from './scratch.ts';
