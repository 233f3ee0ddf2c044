import { type Command, Option } from 'commander';
import { ApiClient } from '../api/client.ts';
import { readKubeconfig } from '../api/kubeconfig.ts';
import { LabError } from '../error.ts';
import { defaultLabName, kubeconfigFile, type Lab, openLab } from '../lab-config.ts';
import { isUp } from '../up.ts';

/** `--output` of every command that prints a result. */
export interface OutputFlag {
  readonly output: 'text' | 'json';
}

export const nameOption = (): Option => new Option('--name <name>', 'name of the lab').default(defaultLabName);

export const outputOption = (): Option =>
  new Option('--output <format>', 'how results are printed').choices(['text', 'json']).default('text');

export const namespaceOption = (): Option => new Option('-n, --namespace <namespace>', 'namespace').default('default');

/** The flags that say what a lab is to be. */
export const withLabFlags = (command: Command): Command =>
  command
    .addOption(nameOption())
    .option('--nodes <count>', 'number of nodes', '2')
    .option('--ip-families <families>', 'ipv4, ipv6, "ipv4,ipv6" or "ipv6,ipv4"; the first is the primary one', 'ipv4')
    .option('--gateway-mode <mode>', 'shared or local', 'shared')
    .option('--northd <program>', 'who turns northbound rows into logical flows: ovn', 'ovn')
    .option('--controller <program>', 'who turns logical flows into OpenFlow: ovn', 'ovn')
    .option('--ovn-bin <folder>', "folder with OVN's programs (default: OVN 26.03 in the cache, fetched when missing)")
    .option('--kube <server>', 'Kubernetes API: embedded or real', 'embedded')
    .option('--keep', 'leave a lab that does not come up as it is, for its logs')
    .addOption(outputOption());

/** A lab that runs, and a client of its API. */
export function runningLab(name: string): { readonly lab: Lab; readonly client: ApiClient } {
  const lab = openLab(name);
  if (!isUp(lab.state))
    throw new LabError(
      'NO_LAB',
      `lab "${name}" does not run any more; remove what is left with: npm run lab -- down --name ${name}`,
    );
  return { lab, client: new ApiClient(readKubeconfig(kubeconfigFile(lab.state))) };
}

export const printJson = (value: unknown): void => console.log(JSON.stringify(value, null, 2));
