import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess } from '@ovnkube/host';
import { connect, type OvsdbClient } from '@ovnkube/ovsdb';
import { missing, type OpenVSwitch, run, scratch, startOpenVSwitch } from '@ovnkube/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cniHandler } from '../../src/cni/handler.ts';
import { openFlowProbe } from '../../src/cni/openflow-probe.ts';
import { startCniRole } from '../../src/cni/role.ts';
import { startCniServer } from '../../src/cni/server.ts';
import { pod, podNetworks, type Sandbox, sandbox, type TestNode, testNode } from './node.ts';

const absent = missing('ovs-vswitchd', 'ovsdb-server', 'ovs-vsctl', 'ip', 'nsenter', 'root');

describe.skipIf(absent)('the plugin, the server and Open vSwitch', () => {
  let plugin: string;
  let socket: string;
  let ovs: OpenVSwitch;
  let db: OvsdbClient;
  let node: TestNode;
  let close: () => Promise<void>;
  const stop = new AbortController();

  beforeAll(async () => {
    plugin = join(await scratch('plugin'), 'ovn-k8s-cni-overlay');
    const bundler = join(import.meta.dirname, '../../../cni-shim/bundle.mjs');
    await run(process.execPath, [bundler, '--out', plugin, '--node', process.execPath]);
    ovs = await startOpenVSwitch();
    await ovs.addBridge('br-int');
    db = await connect({ remotes: [`unix:${ovs.dbSocket}`], database: 'Open_vSwitch', signal: stop.signal });
    const hasFlows = openFlowProbe({ run: runProcess, bridgeSocket: ovs.mgmtSocket('br-int') });
    node = await testNode(db, { hasFlows });
    socket = join(await scratch('cni'), 'cni.sock');
    const server = await startCniServer({ socket, handle: cniHandler(node) });
    close = () => server.close();
    // What stands where ovn-controller does: a port that has its number gets its flow and is said to be installed.
    db.subscribe(({ tables }) => {
      for (const change of tables.get('Interface')?.values() ?? []) {
        const row = change.new;
        const ofport = row?.['ofport'];
        const ids = row?.['external_ids'];
        const bound = typeof ids === 'object' && 'iface-id' in ids && !('ovn-installed' in ids);
        if (typeof ofport === 'number' && ofport > 0 && bound) void install(String(row?.['name']), ofport);
      }
    });
  });
  afterAll(async () => {
    await close?.();
    stop.abort();
    await ovs?.stop();
    await node?.space.remove();
  });

  async function install(name: string, ofport: number): Promise<void> {
    await ovs.ofctl('add-flow', `unix:${ovs.mgmtSocket('br-int')}`, `priority=100,in_port=${ofport},actions=drop`);
    // The port may have been removed meanwhile.
    await ovs.vsctl('--if-exists', 'set', 'Interface', name, 'external_ids:ovn-installed=true');
  }

  function call(
    command: string,
    box: Sandbox,
    name: string,
    uid: string,
    more: object = {},
  ): Promise<{ code: number; stdout: string }> {
    const env = {
      CNI_COMMAND: command,
      CNI_CONTAINERID: box.containerId,
      CNI_NETNS: box.netns,
      CNI_IFNAME: 'eth0',
      CNI_PATH: '/opt/cni/bin',
      CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=${name};K8S_POD_UID=${uid}`,
    };
    const type = 'ovn-k8s-cni-overlay';
    const config = { cniVersion: '1.1.0', name: 'ovn-kubernetes', type, serverSocket: socket, ...more };
    return new Promise((resolve) => {
      const child = execFile(plugin, { env }, (error, stdout) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout });
      });
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(JSON.stringify(config));
    });
  }

  it('attach pods beside each other, check them, collect one and delete the rest', async () => {
    const boxes = await Promise.all([1, 2, 3, 4].map(() => sandbox()));
    const added = await Promise.all(
      boxes.map(async (box, index) => {
        node.table.set(pod(`web-${index}`, `u${index}`, podNetworks(10 + index, ['ipv4', 'ipv6'])));
        return await call('ADD', box, `web-${index}`, `u${index}`);
      }),
    );
    expect(added.map(({ code, stdout }) => [code, code === 0 ? '' : stdout])).toEqual(boxes.map(() => [0, '']));
    const [first, second, ...rest] = boxes;
    const prevResult: unknown = JSON.parse(added[0]?.stdout ?? '');
    if (!first || !second) throw new Error('no sandboxes');
    expect(await call('CHECK', first, 'web-0', 'u0', { prevResult })).toEqual({ code: 0, stdout: '' });

    const name = first.containerId.slice(0, 15);
    expect(await ovs.vsctl('iface-to-br', name)).toBe('br-int\n');
    const ids = await ovs.vsctl('get', 'Interface', name, 'external_ids');
    expect(ids).toContain('iface-id=default_web-0');
    // ovs-vsctl quotes a text that starts with a digit.
    expect(ids.replaceAll('"', '')).toContain(`sandbox=${first.containerId}`);
    await ovs.ofctl('del-flows', `unix:${ovs.mgmtSocket('br-int')}`);
    expect((await call('CHECK', first, 'web-0', 'u0', { prevResult })).stdout).toMatch(/flows of port .* are missing/);

    expect((await call('STATUS', first, '', '')).code).toBe(0);
    const kept = [first, ...rest].map(({ containerId }) => ({ containerID: containerId, ifname: 'eth0' }));
    expect(await call('GC', first, '', '', { 'cni.dev/valid-attachments': kept })).toEqual({ code: 0, stdout: '' });
    const left = (await ovs.vsctl('list-ports', 'br-int')).trim().split('\n').sort();
    expect(left).toEqual([first, ...rest].map(({ containerId }) => containerId.slice(0, 15)).sort());

    for (const [index, box] of boxes.entries()) {
      expect((await call('DEL', box, `web-${index}`, `u${index}`)).code).toBe(0);
      await box.space.remove();
      expect((await call('DEL', { ...box, netns: '' }, `web-${index}`, `u${index}`)).code).toBe(0);
    }
    expect(await ovs.vsctl('list-ports', 'br-int')).toBe('');
  });

  it('are composed as the role of an agent', async () => {
    const folder = await scratch('net.d');
    const role = await startCniRole({
      ...{ run: runProcess, db, pods: node.table, mtu: 1400, datapathType: 'netdev', folder },
      socket: join(folder, 'cni.sock'),
      bridgeSocket: ovs.mgmtSocket('br-int'),
      problems: () => [],
    });
    expect(await role.removeStalePorts(stop.signal)).toEqual([]);
    expect(await role.publish()).toBe(true);
    expect(await readdir(folder)).toEqual(['10-ovn-kubernetes.conf', 'cni.sock']);
    await role.withdraw();
    await role.close();
    expect(await readdir(folder)).toEqual([]);
  });

  it('clean up when the runtime kills the plugin in the middle of an ADD', async () => {
    const box = await sandbox();
    node.table.set(pod('killed', 'u9'));
    const env = { CNI_COMMAND: 'ADD', CNI_CONTAINERID: box.containerId, CNI_NETNS: box.netns, CNI_IFNAME: 'eth0' };
    const child = execFile(plugin, {
      env: { ...env, CNI_ARGS: 'K8S_POD_NAMESPACE=default;K8S_POD_NAME=killed;K8S_POD_UID=u9' },
    });
    child.stdin?.end(JSON.stringify({ cniVersion: '1.1.0', name: 'n', type: 't', serverSocket: socket }));
    const begun = new Promise<void>((resolve) => {
      const end = db.subscribe(() => {
        if (node.ports.ofSandbox(box.containerId).length === 0) return;
        end();
        resolve();
      });
    });
    node.table.set(pod('killed', 'u9', podNetworks(20, ['ipv4'])));
    await begun;
    child.kill('SIGKILL');
    // Either the ADD had ended and its port stays until DEL, as for a runtime that crashed; or it is taken back.
    await call('DEL', box, 'killed', 'u9');
    expect(node.ports.ofSandbox(box.containerId)).toEqual([]);
    expect(await node.space.ip('-o', 'link')).not.toContain(box.containerId.slice(0, 15));
    await box.space.remove();
  });
});
