import { readFileSync, writeSync } from 'node:fs';
import { CniError, errorObject, latestVersion } from '@ovnkube/cni';
import { post } from './agent.ts';
import { runPlugin } from './plugin.ts';
import { usage } from './usage.ts';

/** The agent gives up after two minutes, as kubelet does; a little longer, so that it is the agent that says why. */
const timeoutMs = 125_000;

/** Standard input to its end. A runtime always gives a pipe; a closed descriptor is an empty configuration. */
function readStdin(): Uint8Array {
  try {
    return readFileSync(0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EOF') return new Uint8Array();
    throw new CniError('io-failure', 'cannot read standard input', { cause: error });
  }
}

const argument = process.argv[2];
if (argument === '--help' || argument === '-h') {
  writeSync(1, usage);
} else if (process.env['CNI_COMMAND'] === undefined) {
  writeSync(2, usage);
  const missing = new CniError('invalid-environment', 'required env variable CNI_COMMAND missing');
  writeSync(1, `${JSON.stringify(errorObject(missing, latestVersion))}\n`);
  process.exitCode = 1;
} else {
  void runPlugin({ env: process.env, readStdin, post: (socket, body) => post(socket, body, timeoutMs) }).then(
    (outcome) => {
      // Synchronous writes: process.stdout would be built for this one line, at the price of some milliseconds.
      if (outcome.stderr) writeSync(2, `${outcome.stderr}\n`);
      if (outcome.stdout) writeSync(1, `${JSON.stringify(outcome.stdout)}\n`);
      process.exit(outcome.exitCode);
    },
  );
}
