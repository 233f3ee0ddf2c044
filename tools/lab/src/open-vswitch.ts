import { mkdir, readFile } from 'node:fs/promises';
import { inNamespace, run } from './command.ts';
import type { LabState } from './state.ts';
import { type NodePlace, uplink } from './underlay.ts';

/** The node's external bridge: in the user-space datapath it holds the tunnel's underlay, as br-ex does in a cluster. */
export const externalBridge = 'br-phys';

/** Files and sockets of a node, all in one folder. */
export interface NodeFiles {
  readonly folder: string;
  /** Database sockets as OVSDB remotes (`unix:…`). */
  readonly conf: string;
  readonly nb: string;
  readonly sb: string;
}

export const nodeFiles = (state: LabState, name: string): NodeFiles => {
  const folder = state.path(name);
  const remote = (file: string): string => `unix:${folder}/${file}`;
  return { folder, conf: remote('db.sock'), nb: remote('ovnnb_db.sock'), sb: remote('ovnsb_db.sock') };
};

/** Where OVS's and OVN's programs look for a node's sockets. */
export const nodeEnv = (state: LabState, files: NodeFiles): NodeJS.ProcessEnv => ({
  ...state.env,
  OVS_RUNDIR: files.folder,
  OVS_LOGDIR: files.folder,
  OVS_DBDIR: files.folder,
  OVN_RUNDIR: files.folder,
  OVN_LOGDIR: files.folder,
  OVN_DBDIR: files.folder,
  OVN_NB_DB: files.nb,
  OVN_SB_DB: files.sb,
});

/** An OVS or OVN program that detaches once it is ready; recorded by its pid file. */
export async function startDetached(
  state: LabState,
  files: NodeFiles,
  options: {
    readonly node: string;
    readonly title: string;
    readonly command: readonly string[];
    readonly namespace?: string;
  },
): Promise<number> {
  const { title, namespace } = options;
  const pidFile = `${files.folder}/${title}.pid`;
  const command = [
    ...options.command.slice(0, 1),
    ...['--detach', '--no-chdir', `--pidfile=${pidFile}`, '-vconsole:off', `--log-file=${files.folder}/${title}.log`],
    ...options.command.slice(1),
  ];
  await run(namespace === undefined ? command : inNamespace(namespace, command), { env: nodeEnv(state, files) });
  const pid = Number(await readFile(pidFile, 'utf8'));
  state.recordProcess(`${options.node} ${title}`, pid);
  return pid;
}

interface Database {
  readonly title: string;
  readonly file: string;
  readonly schema: string;
  readonly socket: string;
}

/** The node's three database servers; `schemas` is the folder with OVN's schema files. */
export async function startDatabases(
  state: LabState,
  node: NodePlace,
  options: { readonly ovnSchemas: string; readonly ovsSchema: string },
): Promise<NodeFiles> {
  const files = nodeFiles(state, node.name);
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  const databases: readonly Database[] = [
    { title: 'ovsdb-server', file: 'conf.db', schema: options.ovsSchema, socket: 'db.sock' },
    {
      title: 'ovsdb-server-nb',
      file: 'ovnnb_db.db',
      schema: `${options.ovnSchemas}/ovn-nb.ovsschema`,
      socket: 'ovnnb_db.sock',
    },
    {
      title: 'ovsdb-server-sb',
      file: 'ovnsb_db.db',
      schema: `${options.ovnSchemas}/ovn-sb.ovsschema`,
      socket: 'ovnsb_db.sock',
    },
  ];
  await Promise.all(databases.map((database) => startDatabase(state, node, files, database)));
  return files;
}

async function startDatabase(state: LabState, node: NodePlace, files: NodeFiles, database: Database): Promise<void> {
  const file = `${files.folder}/${database.file}`;
  await run(['ovsdb-tool', 'create', file, database.schema]);
  await startDetached(state, files, {
    node: node.name,
    title: database.title,
    command: [
      'ovsdb-server',
      `--remote=punix:${files.folder}/${database.socket}`,
      `--unixctl=${files.folder}/${database.title}.ctl`,
      file,
    ],
    namespace: node.namespace,
  });
}

/**
 * ovs-vswitchd with the user-space datapath, and the external bridge with the node's cable. br-int is the node agent's to
 * make. system-id is the chassis name.
 */
export async function startSwitch(state: LabState, node: NodePlace, files: NodeFiles): Promise<number> {
  const vsctl = (...args: string[]): Promise<string> => run(['ovs-vsctl', `--db=${files.conf}`, ...args]);
  await vsctl('--no-wait', 'init');
  const control = `${files.folder}/ovs-vswitchd.ctl`;
  const pid = await startDetached(state, files, {
    node: node.name,
    title: 'ovs-vswitchd',
    command: ['ovs-vswitchd', '--disable-system', `--unixctl=${control}`, files.conf],
    namespace: node.namespace,
  });
  await vsctl(
    ...['set', 'Open_vSwitch', '.', `external_ids:system-id=${chassisName(state, node)}`],
    ...[`external_ids:hostname=${node.name}`, `external_ids:rundir=${JSON.stringify(files.folder)}`],
    ...['--', 'add-br', externalBridge, '--', 'set', 'Bridge', externalBridge, 'datapath_type=netdev'],
    ...[`other_config:hwaddr=${JSON.stringify(node.mac)}`, '--', 'add-port', externalBridge, uplink],
  );
  // The gateway router has the node's own MAC on this bridge. A frame of its would teach the bridge that the MAC is behind
  // the patch port, and the next tunnel packet would go there: the MAC is the node's, for ever.
  await run(['ovs-appctl', '-t', control, 'fdb/add', externalBridge, externalBridge, '0', node.mac]);
  return pid;
}

/** A chassis name that is the same at each start of the same lab, so that recordings can be compared. */
export const chassisName = (state: LabState, node: NodePlace): string => `${state.name}-${node.name}`;
