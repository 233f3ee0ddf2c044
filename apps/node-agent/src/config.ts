import { assertDisjoint, type Cidr, defaultNetwork, IpamError, type Network, parseSubnets } from '@ovnkube/ipam';
import { AgentError } from './error.ts';

/** The flags of the command line, as commander gives them. */
export interface AgentFlags {
  readonly node: string;
  readonly kubeconfig?: string;
  readonly clusterSubnets: string;
  readonly serviceCidrs: string;
  readonly joinSubnets?: string;
  readonly transitSubnets?: string;
  readonly masqueradeSubnets?: string;
  readonly gatewayMode: 'shared' | 'local';
  readonly gatewayInterface?: string;
  readonly mtu: number;
  readonly encapIp?: readonly string[];
  readonly ovsDb: string;
  readonly nb: string;
  readonly sb: string;
  readonly datapathType: 'system' | 'netdev';
  readonly northd: EnginePlace;
  readonly controller: EnginePlace;
  readonly ovnBin?: string;
  readonly cni: boolean;
  readonly cniSocket: string;
  readonly cniConfDir: string;
  readonly runDir: string;
  readonly metricsBindAddress?: string;
  readonly logLevel: string;
}

/** Who stands at a place of the chain: the real OVN program, started by the agent, or nobody: someone else runs it. */
export type EnginePlace = 'ovn' | 'none';

/** The agent's settings after every check. */
export interface AgentConfig
  extends Omit<AgentFlags, 'clusterSubnets' | 'serviceCidrs' | 'joinSubnets' | 'transitSubnets' | 'masqueradeSubnets'> {
  readonly network: Network;
  readonly serviceSubnets: readonly Cidr[];
}

/** Checks the flags against each other. Throws AgentError `flag` that names the flag, its value and what would be right. */
export function configure(flags: AgentFlags): AgentConfig {
  const { clusterSubnets, serviceCidrs, joinSubnets, transitSubnets, masqueradeSubnets, ...rest } = flags;
  requireMtu(rest.mtu);
  for (const [flag, remote] of [
    ['--ovs-db', rest.ovsDb],
    ['--nb', rest.nb],
    ['--sb', rest.sb],
  ] as const)
    requireRemote(flag, remote);
  try {
    const network = defaultNetwork({
      clusterSubnets,
      ...(joinSubnets === undefined ? {} : { joinSubnets }),
      ...(transitSubnets === undefined ? {} : { transitSubnets }),
      ...(masqueradeSubnets === undefined ? {} : { masqueradeSubnets }),
    });
    const serviceSubnets = parseSubnets(serviceCidrs, '--service-cidrs');
    assertDisjoint([
      ...network.clusterSubnets.map(({ cidr }) => ({ what: 'cluster subnet', cidr })),
      ...serviceSubnets.map((cidr) => ({ what: 'service CIDR', cidr })),
    ]);
    return { ...rest, network, serviceSubnets };
  } catch (cause) {
    if (cause instanceof IpamError) throw new AgentError('flag', cause.message, { cause });
    throw cause;
  }
}

/** RFC 8200 §5 asks 1280 bytes of every link that carries IPv6; 65,535 is the largest an IP packet can be. */
function requireMtu(mtu: number): void {
  if (!Number.isInteger(mtu) || mtu < 1280 || mtu > 65_535) {
    throw new AgentError('flag', `--mtu ${mtu}: must be a whole number from 1280 to 65535`);
  }
}

function requireRemote(flag: string, remote: string): void {
  if (!/^(unix:\/|tcp:|ssl:)/.test(remote)) {
    throw new AgentError(
      'flag',
      `${flag} ${remote}: must be an OVSDB remote such as unix:/run/ovn/ovnnb_db.sock or tcp:127.0.0.1:6641`,
    );
  }
}
