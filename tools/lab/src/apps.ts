import { clusterSubnets, serviceCidrs } from './address-plan.ts';
import { type Background, nodeCommand, startBackground } from './background.ts';
import { cniFolders } from './kubelet/kubelet.ts';
import { innerKubeconfigFile, type Lab } from './lab-config.ts';
import { externalBridge, nodeEnv, nodeFiles } from './open-vswitch.ts';
import type { OvnPrograms } from './ovn.ts';
import { type NodePlace, wireNamespace } from './underlay.ts';
import { appEntry } from './workspace.ts';

/** Geneve over IPv6 adds 78 bytes; 1400 leaves room for that in 1500. */
const mtu = 1400;

/** A started app, as far as whoever waits for it needs it. */
export type App = Pick<Background, 'title' | 'logFile' | 'exited'>;

/** Who runs the network of a lab: our apps, or in a test something that stands in for them. */
export interface Apps {
  startMasterController(lab: Lab): App;
  startNodeAgent(lab: Lab, node: NodePlace, ovn: OvnPrograms): App;
}

export const agentTitle = (node: NodePlace): string => `${node.name} node-agent`;
export const masterTitle = 'master-controller';

/** Start the node agent of a node, in the node's namespace. */
export function startNodeAgent(lab: Lab, node: NodePlace, ovn: OvnPrograms): Background {
  const { state, config } = lab;
  const files = nodeFiles(state, node.name);
  const flags = {
    node: node.name,
    kubeconfig: innerKubeconfigFile(state),
    'cluster-subnets': clusterSubnets(config.families).join(','),
    'service-cidrs': serviceCidrs(config.families).join(','),
    'gateway-mode': config.gatewayMode,
    'gateway-interface': externalBridge,
    mtu: String(mtu),
    'encap-ip': node.addresses[0]?.address ?? '',
    'ovs-db': files.conf,
    nb: files.nb,
    sb: files.sb,
    'datapath-type': 'netdev',
    northd: config.northd,
    controller: config.controller,
    'ovn-bin': ovn.bin,
    'cni-socket': `${files.folder}/cni.sock`,
    'cni-conf-dir': cniFolders(state, node.name).conf,
    'run-dir': files.folder,
  };
  return startBackground(state, {
    title: agentTitle(node),
    command: nodeCommand(appEntry('node-agent'), ...flagWords(flags)),
    namespace: node.namespace,
    env: nodeEnv(state, files),
    logFile: state.path(node.name, 'node-agent.log'),
  });
}

/** Start the one master controller, beside the API server. */
export function startMasterController(lab: Lab): Background {
  const { state, config } = lab;
  const flags = {
    kubeconfig: innerKubeconfigFile(state),
    'cluster-subnets': clusterSubnets(config.families).join(','),
    'service-cidrs': serviceCidrs(config.families).join(','),
    // A restarted process finds its own name on the Lease and leads at once.
    identity: state.name,
  };
  return startBackground(state, {
    title: masterTitle,
    command: nodeCommand(appEntry('master-controller'), ...flagWords(flags)),
    namespace: wireNamespace(state),
    logFile: state.path('master-controller.log'),
  });
}

export const ourApps: Apps = { startMasterController, startNodeAgent };

const flagWords = (flags: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]);
