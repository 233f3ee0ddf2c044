import type { Command } from './command.ts';
import { isIdentifier, isInterfaceName } from './environment.ts';
import { CniError } from './error.ts';
import { JsonFields, type JsonObject, optional } from './json-field.ts';
import { type Dns, parseDns, parseResult, type Result } from './result.ts';
import {
  type CniVersion,
  compareVersions,
  impliedVersion,
  isSupportedVersion,
  sinceVersion,
  supportedVersions,
} from './version.ts';

/** An attachment that is in use, as a GC request lists it. */
export interface Attachment {
  readonly containerID: string;
  readonly ifname: string;
}

/** What a runtime writes to a plugin's standard input: one plugin's configuration with what the runtime added. */
export interface NetworkConfiguration {
  readonly cniVersion: CniVersion;
  /** The network's name. */
  readonly name: string;
  /** The plugin's file name. */
  readonly type: string;
  readonly dns: Dns;
  /** What the runtime gives for the capabilities that the configuration declares, such as `portMappings`. */
  readonly runtimeConfig: JsonObject;
  /** What an earlier plugin, or for CHECK and DEL the ADD, returned. */
  readonly prevResult?: Result;
  /** For GC: everything that must stay. */
  readonly validAttachments?: readonly Attachment[];
  /** The whole document, for keys of the plugin's own. */
  readonly document: JsonObject;
}

/** The JSON document in `text`. Throws `decoding-failure`. */
export function decodeJson(text: string, what: string): unknown {
  if (text.trim() === '') throw new CniError('decoding-failure', `${what} is empty: it must be a JSON object`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CniError('decoding-failure', `${what} is not JSON: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
    });
  }
}

/** Read what is on a plugin's standard input. Throws `decoding-failure`, `incompatible-version` or `invalid-configuration`. */
export function parseNetworkConfiguration(text: string): NetworkConfiguration {
  const fields = new JsonFields(decodeJson(text, 'the network configuration'), '', 'invalid-configuration');
  const cniVersion = versionOf(fields);
  const prevResult = fields.has('prevResult')
    ? parseResult(fields.object['prevResult'], 'prevResult', cniVersion)
    : undefined;
  return {
    cniVersion,
    name: networkName(fields),
    type: pluginType(fields),
    dns: parseDns(fields.member('dns')),
    runtimeConfig: fields.member('runtimeConfig')?.object ?? {},
    ...optional('prevResult', prevResult),
    ...optional('validAttachments', validAttachments(fields)),
    document: fields.object,
  };
}

/** `cniVersion` of a document. Throws `incompatible-version` naming those that would do. */
export function versionOf(fields: JsonFields): CniVersion {
  const version = fields.optionalString('cniVersion') ?? impliedVersion;
  if (isSupportedVersion(version)) return version;
  throw new CniError(
    'incompatible-version',
    `cniVersion is ${JSON.stringify(version)}: this plugin speaks ${supportedVersions.join(', ')}`,
  );
}

/** The network's name in a document. */
export const networkName = (fields: JsonFields): string =>
  fields.string('name', 'a name of letters, digits, "_", "." and "-" that starts with a letter or digit', isIdentifier);

/** The plugin's type in a document: a file name, never a path, because the runtime executes it. */
export const pluginType = (fields: JsonFields): string =>
  fields.string('type', 'the file name of a plugin', (type) => type !== '' && !type.includes('/'));

/**
 * Whether the configuration's version has the command, and for GC whether it lists what must stay: a GC without a list would
 * remove everything. Throws `incompatible-version` or `invalid-configuration`.
 */
export function checkCommand(command: Command, configuration: NetworkConfiguration): void {
  const since = sinceVersion[command];
  if (compareVersions(configuration.cniVersion, since) < 0) {
    throw new CniError(
      'incompatible-version',
      `${command} exists since version ${since} and the configuration has cniVersion ${configuration.cniVersion}`,
    );
  }
  if (command === 'GC' && configuration.validAttachments === undefined) {
    throw new CniError(
      'invalid-configuration',
      'cni.dev/valid-attachments is missing: GC needs the list of what stays',
    );
  }
  if (command === 'CHECK' && configuration.prevResult === undefined) {
    throw new CniError('invalid-configuration', 'prevResult is missing: CHECK compares with what ADD returned');
  }
}

/** libcni also writes the list under the key of an early draft, `cni.dev/attachments`. */
function validAttachments(fields: JsonFields): readonly Attachment[] | undefined {
  const key = ['cni.dev/valid-attachments', 'cni.dev/attachments'].find((name) => name in fields.object);
  if (key === undefined) return undefined;
  // A Go runtime writes an empty list as null.
  return (
    fields.objects(key, (entry) => ({
      containerID: entry.string('containerID', 'a container identifier', isIdentifier),
      ifname: entry.string('ifname', 'the name of an interface', isInterfaceName),
    })) ?? []
  );
}
