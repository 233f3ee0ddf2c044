import { existsSync, readFileSync } from 'node:fs';
import { type IpFamily, parseIpFamilies } from './address-plan.ts';
import { LabError } from './error.ts';
import { LabState } from './state.ts';
import { type NodePlace, nodePlace } from './underlay.ts';

/** What a lab was asked to be; kept in its folder as `lab.json`. */
export interface LabConfig {
  readonly name: string;
  readonly nodes: number;
  readonly families: readonly IpFamily[];
  readonly gatewayMode: 'shared' | 'local';
  /** Who stands in these places of the chain; today only the real programs. */
  readonly northd: 'ovn';
  readonly controller: 'ovn';
  /** Folder with OVN's programs; the cached 26.03 ones when absent. */
  readonly ovnBin?: string;
  readonly kube: 'embedded' | 'real';
}

/** The flags of `up` as commander gives them: texts. */
export interface LabFlags {
  readonly name: string;
  readonly nodes: string;
  readonly ipFamilies: string;
  readonly gatewayMode: string;
  readonly northd: string;
  readonly controller: string;
  readonly ovnBin?: string;
  readonly kube: string;
}

/** More nodes than that have no host part left in the underlay plan, and no machine for them. */
const maxNodes = 200;

function oneOf<T extends string>(flag: string, value: string, values: readonly T[]): T {
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) throw new LabError('BAD_FLAG', `--${flag} ${value}: must be ${values.join(' or ')}`);
  return found;
}

/** Check the flags; every error names the flag, its value and what would be right. */
export function labConfig(flags: LabFlags): LabConfig {
  const nodes = Number(flags.nodes);
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > maxNodes)
    throw new LabError('BAD_FLAG', `--nodes ${flags.nodes}: must be a whole number from 1 to ${maxNodes}`);
  return {
    name: new LabState(flags.name).name,
    nodes,
    families: parseIpFamilies(flags.ipFamilies),
    gatewayMode: oneOf('gateway-mode', flags.gatewayMode, ['shared', 'local']),
    northd: oneOf('northd', flags.northd, ['ovn']),
    controller: oneOf('controller', flags.controller, ['ovn']),
    kube: oneOf('kube', flags.kube, ['embedded', 'real']),
    ...(flags.ovnBin !== undefined && { ovnBin: flags.ovnBin }),
  };
}

/** A lab that is up: its folder, what it was asked to be, its nodes. */
export interface Lab {
  readonly state: LabState;
  readonly config: LabConfig;
  readonly nodes: readonly NodePlace[];
}

export const labOf = (state: LabState, config: LabConfig): Lab => ({
  state,
  config,
  nodes: Array.from({ length: config.nodes }, (_, index) => nodePlace(state, config.families, index)),
});

/** The lab of that name; `NO_LAB` when there is none. */
export function openLab(name: string): Lab {
  const state = new LabState(name);
  const file = state.path('lab.json');
  if (!existsSync(file)) {
    throw new LabError(
      'NO_LAB',
      `there is no lab "${name}"; npm run lab -- up${name === defaultLabName ? '' : ` --name ${name}`} makes it`,
    );
  }
  return labOf(state, JSON.parse(readFileSync(file, 'utf8')) as LabConfig);
}

export const defaultLabName = 'lab';

/** kubeconfig for this machine's users, and for the lab's own programs in its namespaces. */
export const kubeconfigFile = (state: LabState): string => state.path('kubeconfig');
export const innerKubeconfigFile = (state: LabState): string => state.path('kubeconfig.inner');
