import type { Run } from '@ovnkube/host';
import { type ConfigurationSettings, publishConfiguration, withdrawConfiguration } from './configuration-file.ts';
import { cniHandler } from './handler.ts';
import { openFlowProbe } from './openflow-probe.ts';
import { type CniNode, removeStalePorts } from './operations.ts';
import { type FetchPod, PodSource, type PodTable } from './pod-source.ts';
import { SandboxTurns } from './sandbox-turns.ts';
import { type CniRequestReport, startCniServer } from './server.ts';
import { type SwitchDatabase, SwitchPorts } from './switch-port.ts';

/** What the agent's role `cni` is made of. */
export interface CniRoleOptions {
  readonly run: Run;
  /** Replica of Open_vSwitch. */
  readonly db: SwitchDatabase;
  readonly bridge?: string;
  /** The bridge's management socket, for CHECK to look at flows; without it flows are not checked. */
  readonly bridgeSocket?: string;
  /** Pods of this node by `namespace/name`, in sync with the API server once. */
  readonly pods: PodTable;
  readonly fetchPod?: FetchPod;
  readonly mtu: number;
  /** `netdev` is the user-space datapath, which needs whole checksums from pods. */
  readonly datapathType: 'system' | 'netdev';
  readonly socket: string;
  /** The runtime's folder of configurations. */
  readonly folder: string;
  /** Why the node cannot take pods now, beyond what the switch says. */
  readonly problems: () => readonly string[];
  readonly onRequest?: (report: CniRequestReport) => void;
  readonly onCleanupFailure?: CniNode['onCleanupFailure'];
}

/** The role at work. */
export interface CniRole {
  /** Tell the runtime that the node takes pods. To be called once everything that ADD needs is there. */
  publish(): Promise<boolean>;
  withdraw(): Promise<void>;
  /** Remove ports of pods that went while no agent ran; returns their logical names. */
  removeStalePorts(signal: AbortSignal): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Serve CNI requests on a node. */
export async function startCniRole(options: CniRoleOptions): Promise<CniRole> {
  const { run, db, bridge, bridgeSocket, mtu, socket, folder, problems, onRequest, onCleanupFailure } = options;
  const pods = new PodSource(options.pods, options.fetchPod);
  const ports = new SwitchPorts(db, bridge);
  const node: CniNode = {
    ...{ run, mtu, pods, ports, problems },
    turns: new SandboxTurns(),
    checksumOffload: options.datapathType !== 'netdev',
    hasFlows: bridgeSocket === undefined ? undefined : openFlowProbe({ run, bridgeSocket }),
    ...(onCleanupFailure ? { onCleanupFailure } : {}),
  };
  const server = await startCniServer({ socket, handle: cniHandler(node), ...(onRequest ? { onRequest } : {}) });
  const configuration: ConfigurationSettings = { folder, socket };
  return {
    publish: () => publishConfiguration(configuration),
    withdraw: () => withdrawConfiguration(configuration),
    removeStalePorts: (signal) => removeStalePorts(node, signal),
    async close() {
      await server.close();
      pods.close();
      ports.close();
    },
  };
}
