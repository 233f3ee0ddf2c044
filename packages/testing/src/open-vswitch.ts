import { join } from 'node:path';
import { run } from './command.ts';
import { startDaemon } from './daemon.ts';
import { startOvsdbServer } from './ovsdb-server.ts';

/** A real ovs-vswitchd with its own database. Its bridges use the dummy datapath: no kernel, no packets but those injected. */
export interface OpenVSwitch {
  readonly dir: string;
  /** Path of the Open_vSwitch database's socket. */
  readonly dbSocket: string;
  vsctl(...args: string[]): Promise<string>;
  /** ovs-ofctl with this switch's run directory; name a bridge by `mgmtSocket`. */
  ofctl(...args: string[]): Promise<string>;
  /** ovs-appctl to this ovs-vswitchd. */
  appctl(...args: string[]): Promise<string>;
  addBridge(name: string): Promise<void>;
  /** Path of a bridge's OpenFlow socket. */
  mgmtSocket(bridge: string): string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Bridges as a controller finds them: secure, all OpenFlow versions on. `--enable-dummy=override` makes every datapath a dummy. */
export async function startOpenVSwitch(options: { readonly args?: readonly string[] } = {}): Promise<OpenVSwitch> {
  const server = await startOvsdbServer({ schemas: ['/usr/share/openvswitch/vswitch.ovsschema'] });
  const { dir } = server;
  const env = { ...process.env, OVS_RUNDIR: dir, OVS_LOGDIR: dir, OVS_DBDIR: dir };
  const control = join(dir, 'vswitchd.ctl');
  const vsctl = (...args: string[]): Promise<string> =>
    run('ovs-vsctl', [`--db=unix:${server.socket}`, ...args], { env });
  await vsctl('--no-wait', 'init');
  const daemon = await startDaemon(
    [
      'ovs-vswitchd',
      '--no-chdir',
      ...(options.args ?? ['--enable-dummy=override', '--disable-system']),
      `--unixctl=${control}`,
      `unix:${server.socket}`,
    ],
    { logFile: join(dir, 'ovs-vswitchd.log'), readySocket: control, env },
  );
  return {
    dir,
    dbSocket: server.socket,
    vsctl,
    ofctl: (...args) => run('ovs-ofctl', args, { env }),
    appctl: (...args) => run('ovs-appctl', ['-t', control, ...args], { env }),
    async addBridge(name) {
      await vsctl(
        ...['add-br', name, '--', 'set', 'bridge', name, 'datapath_type=dummy', 'fail-mode=secure'],
        'protocols=[OpenFlow10,OpenFlow11,OpenFlow12,OpenFlow13,OpenFlow14,OpenFlow15]',
      );
    },
    mgmtSocket: (bridge) => join(dir, `${bridge}.mgmt`),
    pid: daemon.pid,
    async stop() {
      await daemon.stop();
      await server.stop();
    },
  };
}
