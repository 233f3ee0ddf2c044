import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listening, type OpenVSwitch, run, startDaemon, startOpenVSwitch, startOvsdbServer } from '@ovnkube/testing';
import type { Oracle } from './find-oracle.ts';
import { JsonRpc } from './json-rpc.ts';
import { OracleError } from './oracle-error.ts';
import type { OvsdbOperation } from './southbound-rows.ts';

/** A chassis of its own: a southbound database, a switch with the dummy datapath, and the real ovn-controller between them. */
export interface Sandbox {
  readonly ovs: OpenVSwitch;
  readonly chassis: string;
  /** Runs a transaction on the southbound database; gives its results. */
  transact(operations: readonly OvsdbOperation[]): Promise<unknown[]>;
  /** Resolves when the controller has installed all that the database says now. */
  settled(): Promise<void>;
  /** br-int's flows as ovs-ofctl prints them, without statistics. */
  flows(): Promise<string[]>;
  /** br-int's groups as ovs-ofctl prints them. */
  groups(): Promise<string[]>;
  /** What the controller has logged so far. */
  log(): string;
  readonly controllerPid: number;
  /** CPU seconds of the controller since its start, all threads. */
  controllerCpu(): number;
  stop(): Promise<void>;
}

const DEADLINE_MS = 120_000;

/** What a sandbox begins with. */
export interface SandboxOptions {
  /** Interfaces of br-int, each with its own name as iface-id unless given as `name=iface-id`. */
  readonly ports: readonly string[];
  /** A southbound database file to use; left out: an empty database. */
  readonly southbound?: string;
  /** system-id; default `chassis-1`. */
  readonly chassis?: string;
}

/** Starts a sandbox. */
export async function startSandbox(oracle: Oracle, options: SandboxOptions): Promise<Sandbox> {
  const chassis = options.chassis ?? 'chassis-1';
  const southbound = await startOvsdbServer(
    options.southbound === undefined
      ? { schemas: [join(oracle.schemas, 'ovn-sb.ovsschema')] }
      : { databases: [options.southbound] },
  );
  const ovs = await startOpenVSwitch();
  await ovs.addBridge('br-int');
  const add = options.ports.flatMap((port) => {
    const [name = port, iface = name] = port.split('=');
    const create = ['--', 'add-port', 'br-int', name, '--', 'set', 'interface', name, 'type=dummy'];
    return [...create, `external_ids:iface-id=${iface}`];
  });
  await ovs.vsctl(
    ...['set', 'open', '.', `external_ids:system-id=${chassis}`, `external_ids:ovn-remote=unix:${southbound.socket}`],
    ...[
      'external_ids:ovn-encap-type=geneve',
      'external_ids:ovn-encap-ip=127.0.0.1',
      'external_ids:ovn-monitor-all=true',
    ],
    ...['external_ids:ovn-ofctrl-wait-before-clear=0'],
    ...add,
  );
  const database = await JsonRpc.connect(southbound.socket);
  const transact = async (operations: readonly OvsdbOperation[]): Promise<unknown[]> => {
    const results = await database.call('transact', ['OVN_Southbound', ...operations]);
    if (!Array.isArray(results)) throw new OracleError('command-failed', 'southbound transaction: no results');
    const failed = results.find((result) => result !== null && typeof result === 'object' && 'error' in result);
    if (failed !== undefined)
      throw new OracleError('command-failed', `southbound transaction: ${JSON.stringify(failed)}`);
    return results;
  };
  if (options.southbound === undefined) await transact([{ op: 'insert', table: 'SB_Global', row: { nb_cfg: 0 } }]);
  const logFile = join(ovs.dir, 'ovn-controller.log');
  const env = { ...process.env, OVS_RUNDIR: ovs.dir, OVN_RUNDIR: ovs.dir, OVS_LOGDIR: ovs.dir, OVN_LOGDIR: ovs.dir };
  const controller = await startDaemon(
    [join(oracle.bin, 'ovn-controller'), '-vconsole:info', '--no-chdir', `unix:${ovs.dbSocket}`],
    { logFile, env },
  );
  const control = join(ovs.dir, `ovn-controller.${controller.pid}.ctl`);
  await listening(control);
  await run(join(oracle.bin, 'ovn-appctl'), ['-t', control, 'vlog/disable-rate-limit']);
  return {
    ovs,
    chassis,
    transact,
    async settled() {
      const died = controller.exited.then((how) => {
        throw new OracleError(
          'command-failed',
          `ovn-controller ended (${how}):\n${readFileSync(logFile, 'utf8').slice(-2000)}`,
        );
      });
      died.catch(() => undefined);
      await Promise.race([settle(transact, chassis), died]);
    },
    flows: async () => lines(await ovs.ofctl('-O', 'OpenFlow15', '--no-stats', 'dump-flows', ovs.mgmtSocket('br-int'))),
    groups: async () => lines(await ovs.ofctl('-O', 'OpenFlow15', 'dump-groups', ovs.mgmtSocket('br-int'))),
    log: () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''),
    controllerPid: controller.pid,
    controllerCpu: () => cpuSeconds(controller.pid),
    async stop() {
      database.close();
      await controller.stop();
      await ovs.stop();
      await southbound.stop();
    },
  };
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('NXST_') && !line.startsWith('OFPST_'));
}

/** user + system time in clock ticks of 10 ms (proc(5), fields 14 and 15 behind the name). */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Raises nb_cfg and waits until the controller says that it has caught up (ovn-sb(5), Chassis_Private.nb_cfg). */
async function settle(transact: Sandbox['transact'], chassis: string): Promise<void> {
  const [, selected] = await transact([
    { op: 'mutate', table: 'SB_Global', where: [], mutations: [['nb_cfg', '+=', 1]] },
    { op: 'select', table: 'SB_Global', where: [], columns: ['nb_cfg'] },
  ]);
  const wanted = rowsOf(selected)[0]?.['nb_cfg'];
  const [waited] = await transact([
    {
      op: 'wait',
      table: 'Chassis_Private',
      where: [['name', '==', chassis]],
      columns: ['nb_cfg'],
      until: '==',
      rows: [{ nb_cfg: wanted }],
      timeout: DEADLINE_MS,
    },
  ]);
  void waited;
}

/** The rows of a select's result. */
export function rowsOf(result: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (result === null || typeof result !== 'object' || !('rows' in result) || !Array.isArray(result.rows)) return [];
  return result.rows;
}
