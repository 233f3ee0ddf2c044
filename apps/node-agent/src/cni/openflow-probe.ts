import { CniError } from '@ovnkube/cni';
import type { Run } from '@ovnkube/host';

/**
 * Whether table 0 of the bridge (OFTABLE_PHY_TO_LOG, where packets of a port enter a logical pipeline) has a flow for the port.
 * `bridgeSocket` is the bridge's management socket, as ovs-ofctl(8) takes it after `unix:`.
 */
export const openFlowProbe =
  (options: { readonly run: Run; readonly bridgeSocket: string }) =>
  async (ofport: number, signal: AbortSignal): Promise<boolean> => {
    const args = [
      '-OOpenFlow15',
      '--no-stats',
      'dump-flows',
      `unix:${options.bridgeSocket}`,
      `table=0,in_port=${ofport}`,
    ];
    const { code, stdout, stderr } = await options.run({ program: 'ovs-ofctl', args }, { signal });
    if (code !== 0) throw new CniError('io-failure', `ovs-ofctl dump-flows: ${stderr.trim()}`);
    return stdout.includes(`in_port=${ofport}`);
  };
