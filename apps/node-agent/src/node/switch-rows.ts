import type { Cidr } from '@ovnkube/ipam';
import { type DesiredRow, type Open_vSwitch_Database, ref, rowsOf } from '@ovnkube/ovn-db';
import type { AgentConfig } from '../config.ts';
import { managementPortMac, managementPortName } from './management-port.ts';

/** Settings of ovn-controller(8) in the Open_vSwitch row; those that follow from flags are added to them. */
const fixedSettings = {
  'ovn-encap-type': 'geneve',
  'ovn-is-interconn': 'true',
  'ovn-monitor-all': 'true',
  'ovn-set-local-ip': 'true',
  'ovn-enable-lflow-cache': 'true',
  'ovn-remote-probe-interval': '100000',
  'ovn-bridge-remote-probe-interval': '180',
  'ovn-ofctrl-wait-before-clear': '0',
} as const;

/** Seconds after which ovs-vswitchd gives up a bundle whose commit does not come. */
const bundleIdleTimeout = '180';

/** Rows of the Open_vSwitch database that make this host a node: the controller's settings, br-int, the management port. */
export function switchRows(input: {
  readonly config: AgentConfig;
  readonly chassisId: string;
  readonly encapIps: readonly string[];
  /** The node's subnets; until the master controller has given them there is no management port. */
  readonly subnets: readonly Cidr[] | undefined;
}): readonly DesiredRow[] {
  const { config, chassisId, encapIps, subnets } = input;
  const settings = {
    ...fixedSettings,
    'system-id': chassisId,
    hostname: config.node,
    'ovn-remote': config.sb,
    'ovn-encap-ip': encapIps.join(','),
  };
  const managementPort = subnets && {
    mac: managementPortMac(subnets),
    mtu_request: config.mtu,
    external_ids: { 'iface-id': `k8s-${config.node}` },
  };
  return [
    row(
      'Open_vSwitch',
      '.',
      { external_ids: settings, other_config: { 'bundle-idle-timeout': bundleIdleTimeout } },
      { ownedKeys: { external_ids: Object.keys(settings), other_config: ['bundle-idle-timeout'] } },
    ),
    row(
      'Bridge',
      integrationBridge,
      { name: integrationBridge, fail_mode: 'secure', datapath_type: config.datapathType },
      { parents: [{ table: 'Open_vSwitch', name: '.', column: 'bridges' }] },
    ),
    ...internalPort(integrationBridge),
    ...(managementPort ? internalPort(managementPortName, managementPort) : []),
  ];
}

const integrationBridge = 'br-int';
const row = rowsOf<Open_vSwitch_Database>();

/** A port of br-int that the host has as a link. ovn-controller writes external_ids too: only `iface-id` is ours. */
function internalPort(name: string, columns: Parameters<typeof row<'Interface'>>[2] = {}): readonly DesiredRow[] {
  return [
    row(
      'Port',
      name,
      { name, interfaces: [ref('Interface', name)] },
      { parents: [{ table: 'Bridge', name: integrationBridge, column: 'ports' }] },
    ),
    row('Interface', name, { name, type: 'internal', ...columns }, { ownedKeys: { external_ids: ['iface-id'] } }),
  ];
}
