import { join } from 'node:path';
import { run } from './command.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { scratch } from './scratch.ts';

/** A real ovsdb-server on a unix socket of its own. */
export interface OvsdbServer {
  readonly dir: string;
  /** Path of its socket; as a remote: `unix:${socket}`. */
  readonly socket: string;
  /** Path of its control socket, for `ovs-appctl -t`. */
  readonly control: string;
  readonly pid: number;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Start again on the same files and sockets, after stop() or kill(). */
  restart(): Promise<void>;
}

export interface OvsdbServerOptions {
  /** Schema files: a fresh database is made of each. */
  readonly schemas?: readonly string[];
  /** Database files that exist already. */
  readonly databases?: readonly string[];
  /** Further remotes beside the unix socket, such as `ptcp:0:127.0.0.1`. */
  readonly remotes?: readonly string[];
  /** Further arguments, such as `--private-key=…`. */
  readonly args?: readonly string[];
  readonly dir?: string;
}

export async function startOvsdbServer(options: OvsdbServerOptions): Promise<OvsdbServer> {
  const dir = options.dir ?? (await scratch('ovsdb'));
  const databases = [...(options.databases ?? [])];
  for (const [index, schema] of (options.schemas ?? []).entries()) {
    const file = join(dir, `db${index}.db`);
    await run('ovsdb-tool', ['create', file, schema]);
    databases.push(file);
  }
  const socket = join(dir, 'db.sock');
  const control = join(dir, 'ovsdb.ctl');
  const remotes = [`punix:${socket}`, ...(options.remotes ?? [])].map((remote) => `--remote=${remote}`);
  const start = (): Promise<Daemon> =>
    startDaemon(
      [
        'ovsdb-server',
        '-vconsole:info',
        '--no-chdir',
        ...remotes,
        `--unixctl=${control}`,
        ...(options.args ?? []),
        ...databases,
      ],
      { logFile: join(dir, 'ovsdb-server.log'), readySocket: socket, env: { ...process.env, OVS_RUNDIR: dir } },
    );
  let daemon = await start();
  return {
    dir,
    socket,
    control,
    get pid() {
      return daemon.pid;
    },
    stop: () => daemon.stop(),
    kill: () => daemon.kill(),
    async restart() {
      daemon = await start();
    },
  };
}
