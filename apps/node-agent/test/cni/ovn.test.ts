import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '@ovnkube/host';
import { connect, type OvsdbClient } from '@ovnkube/ovsdb';
import { missing, netns, run, startDaemon, startOvsdbServer } from '@ovnkube/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, check, del } from '../../src/cni/operations.ts';
import { configured, pod, podNetworks, request, type Sandbox, sandbox, type TestNode, testNode } from './node.ts';

/** Where OVN's own programs are unpacked: `npm run oracle` puts them there. */
const ovn =
  process.env['OVNKUBE_OVN'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ovn-oracle');

function absent(): string | undefined {
  const programs = missing('ovs-vswitchd', 'ovsdb-server', 'ovs-vsctl', 'ip', 'nsenter', 'ping', 'perl', 'root');
  if (programs || existsSync(`${ovn}/bin/ovn-controller`)) return programs;
  const reason = `skipped: OVN's programs are not in ${ovn} (OVNKUBE_OVN)`;
  console.warn(reason);
  return reason;
}

describe.skipIf(absent())('pods on a node of the real OVN, user-space datapath', () => {
  let db: OvsdbClient;
  let node: TestNode;
  let boxes: Sandbox[];
  let end: () => Promise<void>;
  const signal = AbortSignal.timeout(25_000);

  beforeAll(async () => {
    const [conf, nb, sb] = await Promise.all([
      startOvsdbServer({ schemas: ['/usr/share/openvswitch/vswitch.ovsschema'] }),
      startOvsdbServer({ schemas: [`${ovn}/usr/share/ovn/ovn-nb.ovsschema`] }),
      startOvsdbServer({ schemas: [`${ovn}/usr/share/ovn/ovn-sb.ovsschema`] }),
    ]);
    const { dir } = conf;
    const env = { ...process.env, OVS_RUNDIR: dir, OVN_RUNDIR: dir, OVS_LOGDIR: dir };
    const vsctl = (...args: string[]): Promise<string> =>
      run('ovs-vsctl', [`--db=unix:${conf.socket}`, ...args], { env });
    const space = await netns('ovn');
    const inNode = ['ip', 'netns', 'exec', space.name] as const;
    await vsctl('--no-wait', 'init');
    const vswitchd = await startDaemon(
      [...inNode, 'ovs-vswitchd', '--no-chdir', `--unixctl=${dir}/vswitchd.ctl`, `unix:${conf.socket}`],
      { logFile: `${dir}/vswitchd.log`, readySocket: `${dir}/vswitchd.ctl`, env },
    );
    await vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev', 'fail-mode=secure');
    const remote = `external_ids:ovn-remote=unix:${sb.socket}`;
    const encap = ['external_ids:ovn-encap-type=geneve', 'external_ids:ovn-encap-ip=127.0.0.1'];
    await vsctl('set', 'Open_vSwitch', '.', 'external_ids:system-id=n1', remote, ...encap);
    const northd = await startDaemon(
      [
        `${ovn}/bin/ovn-northd`,
        `--ovnnb-db=unix:${nb.socket}`,
        `--ovnsb-db=unix:${sb.socket}`,
        `--unixctl=${dir}/northd.ctl`,
      ],
      { logFile: `${dir}/northd.log`, env },
    );
    const controller = await startDaemon(
      [...inNode, `${ovn}/bin/ovn-controller`, `--unixctl=${dir}/controller.ctl`, `unix:${conf.socket}`],
      { logFile: `${dir}/controller.log`, env },
    );
    const ports = [0, 1].flatMap((index) => {
      const name = `default_web-${index}`;
      const addresses = `0a:58:0a:80:00:0${5 + index} 10.128.0.${5 + index} fd00:10:128::${5 + index}`;
      return ['--', 'lsp-add', 'n1', name, '--', 'lsp-set-addresses', name, addresses];
    });
    await run(`${ovn}/bin/ovn-nbctl`, [`--db=unix:${nb.socket}`, 'ls-add', 'n1', ...ports], { env });
    db = await connect({ remotes: [`unix:${conf.socket}`], database: 'Open_vSwitch' });
    node = await testNode(db, { netns: space.name, checksumOffload: false });
    boxes = [await sandbox(), await sandbox()];
    end = async () => {
      await db.close();
      for (const daemon of [controller, northd, vswitchd, conf, nb, sb]) await daemon.stop();
      for (const made of [space, node.space, ...boxes.map((box) => box.space)]) await made.remove();
    };
  });
  afterAll(() => end?.());

  it('reach each other as soon as ADD returns, TCP too; CHECK is content; DEL leaves no port', async () => {
    const results = await Promise.all(
      boxes.map((box, index) => {
        node.table.set(pod(`web-${index}`, `u${index}`, podNetworks(5 + index, ['ipv4', 'ipv6'])));
        return add(node, request('ADD', box, `web-${index}`, `u${index}`), signal);
      }),
    );
    const [first, second] = boxes;
    const [result] = results;
    if (!first || !second || !result) throw new Error('no sandboxes');
    const listener = "require('net').createServer((s) => s.end('hello')).listen(80, '::', () => console.log('up'))";
    const server = await startDaemon(
      ['ip', 'netns', 'exec', second.space.name, process.execPath, '-e', `${listener}`],
      {
        logFile: '/dev/null',
      },
    );
    for (const address of ['10.128.0.6', 'fd00:10:128::6']) {
      // The first packet after ADD arrives: flows are in the switch before it returns.
      expect(await first.space.exec('ping', '-c', '1', '-W', '2', address)).toContain('1 received');
      const client = `(function go() { require('net').connect(80, '${address}').on('data', (d) => process.stdout.write(d)).on('error', () => setTimeout(go, 20)) })(); setTimeout(() => process.exit(1), 5000).unref()`;
      expect(await first.space.exec(process.execPath, '-e', client)).toBe('hello');
    }
    await server.stop();
    await check(node, request('CHECK', first, 'web-0', 'u0'), configured(result), signal);
    for (const [index, box] of boxes.entries())
      await del(node, request('DEL', box, `web-${index}`, `u${index}`), signal);
    expect(node.ports.all()).toEqual([]);
    expect((await runProcess({ program: 'ip', args: ['-n', node.netns ?? '', '-o', 'link'] })).stdout).not.toContain(
      first.containerId.slice(0, 15),
    );
  });
});
