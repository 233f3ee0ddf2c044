import { hostname } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { MasterFlags } from './config.ts';

const seconds = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError(`"${text}" is not a number of seconds above 0.`);
  return value;
};

/** The command line of the master controller: flags and defaults are upstream's where upstream has them. */
export function masterCommand(action: (flags: MasterFlags) => Promise<void>): Command {
  return new Command('ovnkube-master-controller')
    .description(
      'Gives every Node its id, its subnets and its transit addresses, as annotations. One of several leads; the others wait.',
    )
    .option(
      '--kubeconfig <file>',
      "how to reach the API server; without it $KUBECONFIG, then the pod's service account",
    )
    .requiredOption('--cluster-subnets <list>', 'SUBNET[/HOST-PREFIX], such as 10.128.0.0/14/23,fd01::/48')
    .option('--service-cidrs <list>', 'checked against the cluster subnets, such as 10.96.0.0/16')
    .option('--join-subnets <list>', 'between cluster router and gateway routers (default: 100.64.0.0/16,fd98::/64)')
    .option('--transit-subnets <list>', 'between the zones (default: 100.88.0.0/16,fd97::/64)')
    .option('--masquerade-subnets <list>', 'between host and OVN (default: 169.254.169.0/29,fd69::/125)')
    .option('--identity <text>', 'tells this process from others that may lead', `${hostname()}_${process.pid}`)
    .option('--lease-namespace <name>', 'namespace of the Lease', 'kube-system')
    .option('--lease-name <name>', 'name of the Lease', 'ovn-kubernetes-master')
    .option('--lease-duration <seconds>', 'how long a silent leader is believed', seconds, 137)
    .option('--renew-deadline <seconds>', 'how long the leader tries to renew', seconds, 107)
    .option('--retry-period <seconds>', 'between attempts', seconds, 26)
    .option('--metrics-bind-address <address>', 'HOST:PORT for Prometheus; off without it')
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .addHelpText(
      'after',
      `
Example:
  ovnkube-master-controller --cluster-subnets 10.244.0.0/16/24,fd00:10:244::/48 --service-cidrs 10.96.0.0/16,fd00:10:96::/112

Exit codes: 0 stopped by SIGTERM or SIGINT; 1 something of the machine or the cluster failed; 2 a flag or a configuration file is
wrong; 3 leadership was lost (start it again).`,
    )
    .action(action);
}
