import { Buffer } from 'node:buffer';
import {
  CniError,
  type CniVersion,
  checkCommand,
  type Environment,
  type ErrorObject,
  errorObject,
  formatResult,
  isSupportedVersion,
  latestVersion,
  type NetworkConfiguration,
  parseEnvironment,
  parseErrorObject,
  parseNetworkConfiguration,
  parseResult,
  parseServerResponse,
  serverSocketPath,
  versionResult,
} from '@ovnkube/cni';
import { AgentAbsent, type Answer } from './agent.ts';

/** What a plugin touches of its process and of the node. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Everything on standard input. */
  readStdin(): Uint8Array;
  post(socket: string, body: string): Promise<Answer>;
}

/** How the process ends: what is on standard output (nothing, or one JSON document) and on standard error, and the code. */
export interface Outcome {
  readonly stdout?: object;
  readonly stderr?: string;
  readonly exitCode: 0 | 1;
}

/** One run of the plugin. Never rejects: whatever goes wrong is an error object on standard output and exit code 1. */
export async function runPlugin(surroundings: Surroundings): Promise<Outcome> {
  let cniVersion: string = latestVersion;
  try {
    const environment = parseEnvironment(surroundings.env);
    const text = decodeUtf8(surroundings.readStdin());
    // Errors are said in the version that was asked with, also those of a configuration that is otherwise wrong.
    cniVersion = requestedVersion(text) ?? cniVersion;
    if (environment.command === 'VERSION') return { stdout: versionResult(versionIn(text)), exitCode: 0 };
    const configuration = parseNetworkConfiguration(text);
    checkCommand(environment.command, configuration);
    return await ask(surroundings, environment, configuration, text);
  } catch (error) {
    return { stdout: errorObject(error, cniVersion), exitCode: 1 };
  }
}

async function ask(
  surroundings: Surroundings,
  environment: Environment,
  configuration: NetworkConfiguration,
  text: string,
): Promise<Outcome> {
  const { command } = environment;
  const body = JSON.stringify({
    env: protocolVariables(surroundings.env),
    config: Buffer.from(text).toString('base64'),
  });
  let answer: Answer;
  try {
    answer = await surroundings.post(socketPath(configuration), body);
  } catch (error) {
    if (error instanceof AgentAbsent && command === 'DEL') {
      // containerd and CRI-O keep a pod in Terminating until DEL succeeds. Nothing of the pod outlives this: its links go
      // with the namespace that the runtime removes next, and the agent removes ports without a pod when it starts.
      return { stderr: `${error.message}; the agent will clean up when it starts`, exitCode: 0 };
    }
    if (error instanceof AgentAbsent && command === 'STATUS') {
      throw new CniError('not-available', error.message, { cause: error });
    }
    throw error;
  }
  if (answer.status !== 200) return { stdout: serverError(answer, configuration.cniVersion), exitCode: 1 };
  const { Result: document } = parseServerResponse(answer.body);
  if (command !== 'ADD') return { exitCode: 0 };
  if (document === null) throw new CniError('decoding-failure', "the node agent's answer to ADD has no Result");
  const result = parseResult(document, 'Result', latestVersion);
  return { stdout: formatResult(result, configuration.cniVersion), exitCode: 0 };
}

/** The server's own error object, in the version of the request; of another server's line of text an internal error. */
function serverError(answer: Answer, cniVersion: CniVersion): ErrorObject {
  const object = parseErrorObject(answer.body);
  if (object) return { ...object, cniVersion };
  const text = answer.body.trim() || `the node agent answered with status ${answer.status}`;
  return errorObject(new CniError('internal', text), cniVersion);
}

function protocolVariables(env: Surroundings['env']): Record<string, string> {
  const entries = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    name.startsWith('CNI_') && value !== undefined ? [[name, value]] : [],
  );
  return Object.fromEntries(entries);
}

function socketPath(configuration: NetworkConfiguration): string {
  const path = configuration.document['serverSocket'] ?? serverSocketPath;
  if (typeof path === 'string' && path.startsWith('/')) return path;
  throw new CniError(
    'invalid-configuration',
    `serverSocket is ${JSON.stringify(path)}: it must be the absolute path of the node agent's socket`,
  );
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CniError('decoding-failure', 'standard input is not UTF-8', { cause });
  }
}

/** `cniVersion` of a document, before anything else of it is looked at. */
function requestedVersion(text: string): string | undefined {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== 'object' || document === null || !('cniVersion' in document)) return undefined;
    return typeof document.cniVersion === 'string' ? document.cniVersion : undefined;
  } catch {
    return undefined;
  }
}

/** VERSION's input is `{"cniVersion": …}`, from older runtimes nothing; a version we do not know is answered with our newest. */
function versionIn(text: string): CniVersion {
  const version = requestedVersion(text);
  return version !== undefined && isSupportedVersion(version) ? version : latestVersion;
}
