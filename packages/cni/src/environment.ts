import { type CniArgs, parseCniArgs } from './cni-args.ts';
import { type Command, commands, isCommand, requiredVariables, type Variable } from './command.ts';
import { CniError } from './error.ts';

/** The variables of the protocol, read. Absent ones are empty strings, as a shell has them. */
export interface Environment {
  readonly command: Command;
  /** The sandbox: what the runtime calls this attachment's container. */
  readonly containerId: string;
  /** Path of the network namespace; empty when it is gone already (DEL). */
  readonly netns: string;
  /** Name of the interface inside of the container. */
  readonly ifname: string;
  readonly args: CniArgs;
  /** Folders with plugins, from CNI_PATH. */
  readonly path: readonly string[];
}

/** Container identifiers and network names start with a letter or digit, then also `_`, `.` and `-` (SPEC.md). */
const identifier = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** IFNAMSIZ of the kernel, less the terminating zero. */
const longestInterfaceName = 15;

/** Whether `text` can be a container identifier or a network name. */
export const isIdentifier = (text: string): boolean => identifier.test(text);

/** Whether the kernel would accept `text` as the name of a link (dev_valid_name of net/core/dev.c). */
export const isInterfaceName = (text: string): boolean =>
  text.length > 0 && text.length <= longestInterfaceName && text !== '.' && text !== '..' && !/[/:\s]/.test(text);

/**
 * Read the protocol's variables. Throws `invalid-environment`, naming every variable that is missing or wrong, as the
 * specification demands.
 */
export function parseEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const text = (name: Variable): string => env[name] ?? '';
  const command = text('CNI_COMMAND');
  if (!isCommand(command)) {
    const what = command === '' ? 'CNI_COMMAND is missing' : `CNI_COMMAND is ${JSON.stringify(command)}`;
    throw new CniError('invalid-environment', `${what}: it must be one of ${commands.join(', ')}`);
  }
  const absent = requiredVariables[command].filter((name) => text(name) === '');
  if (absent.length > 0) {
    throw new CniError('invalid-environment', `required env variables ${absent.join(', ')} missing for ${command}`);
  }
  const problems: string[] = [];
  const containerId = text('CNI_CONTAINERID');
  if (containerId !== '' && !isIdentifier(containerId)) {
    problems.push(`CNI_CONTAINERID is ${JSON.stringify(containerId)}: letters, digits, "_", "." and "-" only`);
  }
  const ifname = text('CNI_IFNAME');
  if (ifname !== '' && !isInterfaceName(ifname)) {
    problems.push(`CNI_IFNAME is ${JSON.stringify(ifname)}: 1 to 15 characters, without "/", ":" and white space`);
  }
  if (problems.length > 0) throw new CniError('invalid-environment', problems.join('; '));
  const path = text('CNI_PATH').split(':');
  return {
    command,
    containerId,
    netns: text('CNI_NETNS'),
    ifname,
    args: parseCniArgs(text('CNI_ARGS')),
    path: path.filter((folder) => folder !== ''),
  };
}
