/** Runs the real OVN beside ours and compares: where it is, how to get it, and differential runs. */
export { findOracle, type Oracle, oracleFolder, PROGRAMS } from './find-oracle.ts';
export { JsonRpc } from './json-rpc.ts';
export { OracleError, type OracleErrorCode } from './oracle-error.ts';
export { rowsOf, type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts';
export { setupOracle } from './setup.ts';
