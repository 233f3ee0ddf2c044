import { CniError } from './error.ts';
import { JsonFields, type JsonObject, optional } from './json-field.ts';
import { type Attachment, decodeJson, networkName, pluginType, versionOf } from './network-configuration.ts';
import { formatResult, type Result } from './result.ts';
import { type CniVersion, compareVersions, isSupportedVersion, supportedVersions } from './version.ts';

/** One plugin of a list, as the administrator wrote it. */
export interface PluginConfiguration {
  readonly type: string;
  /** Names of the runtime's settings that this plugin wants, such as `portMappings`. */
  readonly capabilities: readonly string[];
  readonly document: JsonObject;
}

/** A file of `/etc/cni/net.d`: `.conflist`, or a `.conf` with its one plugin as a list of one. */
export interface NetworkConfigurationList {
  readonly cniVersion: CniVersion;
  readonly name: string;
  readonly disableCheck: boolean;
  readonly disableGC: boolean;
  readonly plugins: readonly PluginConfiguration[];
}

/**
 * Read a configuration file, a list or a single plugin. Of `cniVersions` the newest that this package knows is taken
 * (SPEC.md §"Section 1", since 1.1.0). Throws `decoding-failure`, `incompatible-version` or `invalid-configuration`.
 */
export function parseConfigurationFile(text: string): NetworkConfigurationList {
  const fields = new JsonFields(decodeJson(text, 'the configuration file'), '', 'invalid-configuration');
  const cniVersion = bestVersion(fields);
  const name = networkName(fields);
  const plugins = fields.has('plugins')
    ? fields.objects('plugins', parsePlugin)
    : [{ ...parsePlugin(fields), document: without(fields.object, ['cniVersion', 'cniVersions', 'name']) }];
  if (plugins === undefined || plugins.length === 0) throw fields.fail('plugins', 'a list of at least one plugin');
  const disableCheck = fields.boolean('disableCheck');
  const disableGC = fields.boolean('disableGC');
  return { cniVersion, name, disableCheck, disableGC, plugins };
}

function parsePlugin(fields: JsonFields): PluginConfiguration {
  const declared = fields.member('capabilities');
  const names = declared === undefined ? [] : Object.keys(declared.object);
  const capabilities = names.filter((capability) => declared?.boolean(capability));
  return { type: pluginType(fields), capabilities, document: fields.object };
}

function bestVersion(fields: JsonFields): CniVersion {
  const offered = fields.strings('cniVersions');
  if (offered === undefined) return versionOf(fields);
  const known = offered.filter(isSupportedVersion).sort(compareVersions);
  const best = known.at(-1);
  if (best !== undefined) return best;
  throw new CniError(
    'incompatible-version',
    `cniVersions is ${JSON.stringify(offered)}: one of ${supportedVersions.join(', ')} must be in it`,
  );
}

/** What a runtime adds to a plugin's configuration for one request. */
export interface RequestAdditions {
  /** ADD: result of the plugin before; CHECK and DEL: the result of the ADD. */
  readonly prevResult?: Result;
  /** The runtime's settings by capability; only those that the plugin declares reach it. */
  readonly runtimeConfig?: JsonObject;
  readonly validAttachments?: readonly Attachment[];
}

/** The document for a plugin's standard input (SPEC.md §"Deriving request configuration from plugin configuration"). */
export function requestConfiguration(
  list: NetworkConfigurationList,
  plugin: PluginConfiguration,
  additions: RequestAdditions = {},
): JsonObject {
  const given = additions.runtimeConfig ?? {};
  const wanted = plugin.capabilities.filter((capability) => capability in given);
  const runtimeConfig = Object.fromEntries(wanted.map((capability) => [capability, given[capability]]));
  return {
    ...without(plugin.document, ['capabilities']),
    cniVersion: list.cniVersion,
    name: list.name,
    ...(wanted.length > 0 ? { runtimeConfig } : {}),
    ...(additions.prevResult ? { prevResult: formatResult(additions.prevResult, list.cniVersion) } : {}),
    ...optional('cni.dev/valid-attachments', additions.validAttachments),
  };
}

const without = (object: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
