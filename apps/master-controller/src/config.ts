import { assertDisjoint, defaultNetwork, type Network, parseSubnets } from '@ovnkube/ipam';
import { FlagError } from './error.ts';

/** The flags of the command line, as commander gives them. Durations are seconds. */
export interface MasterFlags {
  readonly kubeconfig?: string;
  readonly clusterSubnets: string;
  readonly serviceCidrs?: string;
  readonly joinSubnets?: string;
  readonly transitSubnets?: string;
  readonly masqueradeSubnets?: string;
  readonly identity: string;
  readonly leaseNamespace: string;
  readonly leaseName: string;
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
  readonly metricsBindAddress?: string;
  readonly logLevel: string;
}

/** The settings after every check. */
export interface MasterConfig extends MasterFlags {
  readonly network: Network;
}

/** Checks the flags against each other. Throws FlagError or IpamError that names the flag, its value and what would be right. */
export function configure(flags: MasterFlags): MasterConfig {
  const { clusterSubnets, joinSubnets, transitSubnets, masqueradeSubnets } = flags;
  const network = defaultNetwork({
    clusterSubnets,
    ...(joinSubnets === undefined ? {} : { joinSubnets }),
    ...(transitSubnets === undefined ? {} : { transitSubnets }),
    ...(masqueradeSubnets === undefined ? {} : { masqueradeSubnets }),
  });
  if (flags.serviceCidrs !== undefined) {
    assertDisjoint([
      ...network.clusterSubnets.map(({ cidr }) => ({ what: 'cluster subnet', cidr })),
      ...parseSubnets(flags.serviceCidrs, '--service-cidrs').map((cidr) => ({ what: 'service CIDR', cidr })),
    ]);
  }
  requireOrder(flags);
  return { ...flags, network };
}

/** A leader must give up before others may believe that it is gone, and try more than once until then. */
function requireOrder({ leaseDuration, renewDeadline, retryPeriod }: MasterFlags): void {
  if (leaseDuration > renewDeadline && renewDeadline > retryPeriod) return;
  throw new FlagError(
    `--lease-duration ${leaseDuration}, --renew-deadline ${renewDeadline}, --retry-period ${retryPeriod}: each must be longer than the next`,
  );
}
