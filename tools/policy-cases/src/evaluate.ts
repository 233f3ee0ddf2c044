import { CaseCluster, networkOf } from './case-cluster.ts';
import { type CaseFile, probesOf, worldOf } from './case-file.ts';

export interface Tally {
  readonly probes: number;
  readonly wrong: number;
}

/** Holds the compiled rows of every step of a file against its answers; `tell` hears of each wrong one. */
export function evaluateFile(file: CaseFile, tell: (line: string) => void): Tally {
  let probes = 0;
  let wrong = 0;
  const network = networkOf(file.family);
  for (const { id, name, steps } of file.cases) {
    const cluster = new CaseCluster(network);
    for (const [at, step] of steps.entries()) {
      const world = worldOf(file, step);
      cluster.become(world, step.policies);
      for (const probe of probesOf(step, world.pods)) {
        probes++;
        const allowed = cluster.allows(probe);
        if (allowed === probe.expected) continue;
        wrong++;
        const { from, to, port, proto } = probe;
        const verdict = allowed ? 'allowed, should be denied' : 'denied, should be allowed';
        tell(`${id} step ${at + 1}: ${from} -> ${to} ${proto}/${port} ${verdict} (${name})`);
      }
    }
  }
  return { probes, wrong };
}
