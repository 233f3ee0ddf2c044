import { spawn } from 'node:child_process';

/** One check: a program that exits 0 when all is well. */
export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

export interface StepResult {
  readonly step: Step;
  readonly ok: boolean;
  readonly seconds: number;
}

/** Run a step with its output passed on, or, when `quiet`, shown only if it fails. */
export async function runStep(step: Step, cwd: string, quiet: boolean): Promise<StepResult> {
  const began = performance.now();
  const [program, ...args] = step.command;
  const child = spawn(program, args, {
    cwd,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    // Nx: no helper processes and no network; they cost seconds a run and leave processes behind.
    env: { ...process.env, NX_ISOLATE_PLUGINS: 'false', NX_NO_CLOUD: 'true', NX_DAEMON: 'false', FORCE_COLOR: '0' },
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => output.push(chunk));
  const ok = await new Promise<boolean>((resolve) => {
    child.once('error', (error) => {
      output.push(Buffer.from(`${program} could not be started: ${error.message}\n`));
      resolve(false);
    });
    child.once('close', (code) => resolve(code === 0));
  });
  if (!ok) process.stderr.write(Buffer.concat(output));
  return { step, ok, seconds: (performance.now() - began) / 1000 };
}
