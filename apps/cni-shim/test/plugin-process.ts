import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { run, scratch } from '@ovnkube/testing';

/** How a run of the binary ended. */
export interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Build the binary into a folder of the test's own, so that the tests never see an old one. */
export async function buildPlugin(): Promise<string> {
  const out = join(await scratch('shim'), 'ovn-k8s-cni-overlay');
  const bundler = join(import.meta.dirname, '..', 'bundle.mjs');
  await run(process.execPath, [bundler, '--out', out, '--node', process.execPath]);
  return out;
}

/** Run the binary as a container runtime does: nothing in the environment but the protocol, the configuration on stdin. */
export function runBinary(
  binary: string,
  env: Readonly<Record<string, string>>,
  stdin: string | Uint8Array,
  args: readonly string[] = [],
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
    // A plugin that fails early does not read its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });
}

/** An agent that does what the test says, on a unix socket. */
export async function startAgent(
  handle: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<{ readonly socket: string; close(): Promise<void> }> {
  const socket = join(await scratch('agent'), 'cni.sock');
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.once('end', () => handle(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return { socket, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
