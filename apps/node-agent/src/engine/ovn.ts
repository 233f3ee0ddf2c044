import type { AgentConfig } from '../config.ts';
import type { EngineProgram } from './program.ts';

/** The real OVN programs that take the places of our northd and controller on this node. */
export function ovnEngines(config: AgentConfig): readonly EngineProgram[] {
  const common = { folder: config.ovnBin, runDir: config.runDir };
  const northd: EngineProgram = {
    ...common,
    name: 'ovn-northd',
    args: [`--ovnnb-db=${config.nb}`, `--ovnsb-db=${config.sb}`, `--unixctl=${config.runDir}/ovn-northd.ctl`],
  };
  const controller: EngineProgram = {
    ...common,
    name: 'ovn-controller',
    args: [`--unixctl=${config.runDir}/ovn-controller.ctl`, config.ovsDb],
  };
  return [...(config.northd === 'ovn' ? [northd] : []), ...(config.controller === 'ovn' ? [controller] : [])];
}
