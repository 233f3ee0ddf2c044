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
export {
  type OracleAdminPeer,
  type OracleAdminPolicy,
  type OracleAdminPort,
  type OracleAdminWorld,
  policiesAllow,
} from './admin-policy-oracle.ts';
export { run } from './command.ts';
export { type Daemon, listening, startDaemon } from './daemon.ts';
export { guard, guardProcess } from './guard.ts';
export { missing } from './missing.ts';
export { type NetworkNamespace, netns } from './network-namespace.ts';
export {
  networkPoliciesAllow,
  type OracleConnection,
  type OracleDirection,
  type OracleEnd,
  type OraclePeer,
  type OraclePod,
  type OraclePolicy,
  type OraclePort,
  type OracleSelector,
  type OracleWorld,
} from './network-policy-oracle.ts';
export { type OpenVSwitch, startOpenVSwitch } from './open-vswitch.ts';
export { parseOvnExpression } from './ovn-expression.ts';
export { type OvsdbServer, type OvsdbServerOptions, startOvsdbServer } from './ovsdb-server.ts';
export { scratch } from './scratch.ts';
