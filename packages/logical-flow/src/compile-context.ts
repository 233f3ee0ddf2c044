import type { Allocator, SwitchFeatures } from './actions/encode-context.ts';
import type { ReferenceSets } from './expr/reference-sets.ts';
import type { Pipeline } from './tables/layout.ts';

/** A row of OVN_Southbound Logical_Flow, as far as it is compiled. */
export interface LogicalFlow {
  readonly uuid: string;
  readonly pipeline: Pipeline;
  readonly table: number;
  readonly priority: number;
  readonly match: string;
  readonly actions: string;
  /** Name of the meter for packets to the controller. */
  readonly controllerMeter?: string;
}

/** A logical switch or router. */
export interface Datapath {
  readonly tunnelKey: number;
  readonly isSwitch: boolean;
  /** A router whose SNAT zone was requested has its common zone there; left out: `dnat`. */
  readonly commonNatZone?: 'dnat' | 'snat';
}

/** What a chassis knows: everything that a compiled flow depends on beside its own row. */
export interface Chassis extends ReferenceSets {
  /** Tunnel key of a logical port, or of a multicast group of this datapath. */
  readonly lookupPort: (name: string, datapath: Datapath) => number | undefined;
  /**
   * Whether flows that test this key of a switch's inport (in ingress) or outport (in egress) can see packets here.
   * Left out: all can.
   */
  readonly isLocalKey?: (key: number, datapath: Datapath) => boolean;
  /** Whether the port is bound here, for is_chassis_resident and ct_lb_mark_local. */
  readonly isChassisResident: (port: string) => boolean;
  /** OpenFlow port of the tunnel to the chassis of a port. */
  readonly tunnelPort?: (port: string) => number | undefined;
  /** Value of a template variable of this chassis. */
  readonly templateVariable?: (name: string) => string | undefined;
  readonly groups: Allocator;
  readonly meters: Allocator;
  readonly hasCollectorSet?: (id: number) => boolean;
  readonly features?: SwitchFeatures;
  /** SB_Global options:arp_ns_explicit_output; default true, as northd 26.03 has it. */
  readonly arpNsExplicitOutput?: boolean;
  /** SB_Global options:register_consolidation; default true, as northd 26.03 has it. */
  readonly registerConsolidation?: boolean;
  /**
   * Reserves `count` conjunction ids in a row and gives the first; they belong to this flow on this datapath.
   * Left out: 1, which is right for a single flow only.
   */
  readonly conjunctionIds?: (flow: LogicalFlow, datapath: Datapath, count: number) => number;
}
