import { Command, InvalidArgumentError, Option } from 'commander';
import type { AgentFlags } from './config.ts';

const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`"${text}" is not a whole number.`);
  return Number(text);
};
const list = (text: string): readonly string[] => text.split(',').map((part) => part.trim());

/** The command line of the node agent: flags are upstream's where upstream has them. */
export function agentCommand(action: (flags: AgentFlags) => Promise<void>): Command {
  const engines = ['ovn', 'none'];
  return new Command('ovnkube-node-agent')
    .description(
      "Makes this host a node of the cluster network: Kubernetes objects become rows of this node's northbound database, and pods get their ports.",
    )
    .requiredOption('--node <name>', 'name of the Node object of this host')
    .option(
      '--kubeconfig <file>',
      "how to reach the API server; without it $KUBECONFIG, then the pod's service account",
    )
    .requiredOption('--cluster-subnets <list>', 'SUBNET[/HOST-PREFIX] a family, such as 10.128.0.0/14/23,fd01::/48')
    .requiredOption('--service-cidrs <list>', 'such as 10.96.0.0/16,fd00:10:96::/112')
    .option('--join-subnets <list>', 'between cluster router and gateway routers (default: 100.64.0.0/16,fd98::/64)')
    .option('--transit-subnets <list>', 'between the zones (default: 100.88.0.0/16,fd97::/64)')
    .option('--masquerade-subnets <list>', 'between host and OVN (default: 169.254.169.0/29,fd69::/125)')
    .addOption(
      new Option('--gateway-mode <mode>', 'where pod traffic leaves').choices(['shared', 'local']).default('shared'),
    )
    .option('--gateway-interface <link>', 'link of the default routes (default: found by them)')
    .option('--mtu <bytes>', 'MTU of pods', wholeNumber, 1400)
    .option('--encap-ip <list>', 'where tunnels end (default: the first address of the gateway interface)', list)
    .option('--ovs-db <remote>', 'Open_vSwitch database', 'unix:/run/openvswitch/db.sock')
    .option('--nb <remote>', 'OVN_Northbound database of this zone', 'unix:/run/ovn/ovnnb_db.sock')
    .option('--sb <remote>', 'OVN_Southbound database of this zone', 'unix:/run/ovn/ovnsb_db.sock')
    .addOption(
      new Option('--datapath-type <type>', 'datapath of br-int').choices(['system', 'netdev']).default('system'),
    )
    .addOption(
      new Option('--northd <who>', "ovn: start OVN's ovn-northd; none: somebody else does")
        .choices(engines)
        .default('ovn'),
    )
    .addOption(
      new Option('--controller <who>', "ovn: start OVN's ovn-controller; none: somebody else does")
        .choices(engines)
        .default('ovn'),
    )
    .option('--ovn-bin <folder>', "folder of OVN's programs (default: PATH)")
    .option('--no-cni', 'do not serve the CNI plugin')
    .option(
      '--cni-socket <path>',
      'where the CNI plugin finds the agent',
      '/run/ovn-kubernetes/cni/ovn-cni-server.sock',
    )
    .option('--cni-conf-dir <folder>', 'where the container runtime finds its configuration', '/etc/cni/net.d')
    .option('--run-dir <folder>', "pid files and logs of OVN's programs", '/run/ovn')
    .option('--metrics-bind-address <address>', 'HOST:PORT for Prometheus; off without it')
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .addHelpText(
      'after',
      `
Examples:
  ovnkube-node-agent --node worker-1 --cluster-subnets 10.128.0.0/14/23 --service-cidrs 172.30.0.0/16
  ovnkube-node-agent --node worker-1 --cluster-subnets 10.244.0.0/16/24,fd00:10:244::/48 \\
    --service-cidrs 10.96.0.0/16,fd00:10:96::/112 --ovn-bin /opt/ovn/bin

Exit codes: 0 stopped by SIGTERM or SIGINT; 1 something of the machine or the cluster failed; 2 a flag or a configuration file is wrong.`,
    )
    .action(action);
}
