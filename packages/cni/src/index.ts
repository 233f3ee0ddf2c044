/**
 * The CNI 1.1 specification as types and pure functions, for plugins and for runtimes: the variables and the configuration of
 * a request, results of every version, error objects. No dependency and nothing of Node: a plugin starts at every pod.
 */
export { familyOf, familyOfCidr } from './address.ts';
export { type CniArgs, formatCniArgs, type PodArgs, parseCniArgs, podOf } from './cni-args.ts';
export { type Command, commands, isCommand, requiredVariables, type Variable } from './command.ts';
export { type Environment, isIdentifier, isInterfaceName, parseEnvironment } from './environment.ts';
export {
  CniError,
  type ErrorCode,
  type ErrorObject,
  errorNumbers,
  errorObject,
  isCniError,
  parseErrorObject,
} from './error.ts';
export type { JsonObject } from './json-field.ts';
export {
  type Attachment,
  checkCommand,
  type NetworkConfiguration,
  parseNetworkConfiguration,
} from './network-configuration.ts';
export {
  type NetworkConfigurationList,
  type PluginConfiguration,
  parseConfigurationFile,
  type RequestAdditions,
  requestConfiguration,
} from './network-configuration-list.ts';
export {
  type Dns,
  formatResult,
  type Interface,
  type IPConfig,
  parseResult,
  type Result,
  type Route,
} from './result.ts';
export {
  parseServerRequest,
  parseServerResponse,
  type ServerRequest,
  type ServerResponse,
  serverSocketPath,
} from './server-request.ts';
export {
  type CniVersion,
  compareVersions,
  impliedVersion,
  isSupportedVersion,
  latestVersion,
  sinceVersion,
  supportedVersions,
  versionResult,
} from './version.ts';
