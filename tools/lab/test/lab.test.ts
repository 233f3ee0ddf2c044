import { readdirSync } from 'node:fs';
import { missing } from '@ovnkube/testing';
import { expect, it } from 'vitest';
import { ApiClient } from '../src/api/client.ts';
import { readKubeconfig } from '../src/api/kubeconfig.ts';
import { removeLab } from '../src/down.ts';
import { firstLook } from '../src/first-look.ts';
import { kubeconfigFile, labConfig } from '../src/lab-config.ts';
import { processesWith, sendSignal } from '../src/process-id.ts';
import { silentProgress } from '../src/progress.ts';
import { describe } from '../src/reachability.ts';
import { LabState, labVariable } from '../src/state.ts';
import { daemonTitle, up } from '../src/up.ts';
import { guardLab } from './guard-lab.ts';
import { standInApps } from './stand-in.ts';

const reason = missing('root', 'ip', 'nsenter', 'ethtool', 'ping', 'openssl', 'ovsdb-server', 'ovs-vswitchd');

it.skipIf(reason)(
  'two dual-stack nodes come up, the example runs, and every pair of pods reaches each other; killed, it leaves nothing',
  async () => {
    const flags = { nodes: '2', ipFamilies: 'ipv4,ipv6', gatewayMode: 'shared', northd: 'ovn', controller: 'ovn' };
    const config = labConfig({ ...flags, kube: 'embedded', name: `standin${process.pid % 100_000}` });
    const state = new LabState(config.name);
    guardLab(state.name);
    try {
      const lab = await up(config, silentProgress, { apps: standInApps });
      const look = await firstLook(lab, new ApiClient(readKubeconfig(kubeconfigFile(state))), silentProgress);
      expect(look.failed.map(describe)).toEqual([]);
      expect(look.reaches).toHaveLength(4 * 3 * 2);
      expect(new Set(look.pods.map(({ node }) => node)).size).toBe(2);
      const daemon = state.journal().find((entry) => entry.kind === 'process' && entry.title === daemonTitle);
      if (daemon?.kind !== 'process') throw new Error('the journal has no entry of the lab itself');
      expect(sendSignal(daemon, 'SIGKILL')).toBe(true);
    } finally {
      await removeLab(state);
    }
    expect(processesWith(labVariable, state.folder)).toEqual([]);
    expect(readdirSync('/run/netns').filter((name) => name.startsWith(state.prefix))).toEqual([]);
  },
  90_000,
);
