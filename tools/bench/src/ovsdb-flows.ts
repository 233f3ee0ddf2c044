import { connect, type Operation, type Uuid } from '@ovnkube/ovsdb';

const datapaths = 20;
const rowsPerTransaction = 5000;

const octets = (n: number): string => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
const mac = (n: number): string =>
  `0a:58:${[n >> 24, n >> 16, n >> 8, n].map((part) => (part & 255).toString(16).padStart(2, '0')).join(':')}`;

/** Match, actions and stage in four forms that real logical flows have; about 400 bytes of JSON a row. */
function flow(n: number): { readonly match: string; readonly actions: string; readonly stage: string } {
  switch (n % 4) {
    case 0:
      return {
        match: `inport == "pod-${n}" && eth.src == ${mac(n)} && ip4.src == ${octets(n)}`,
        actions: 'next;',
        stage: 'ls_in_check_port_sec',
      };
    case 1:
      return {
        match: `ct.new && ip4.dst == 172.30.${(n >> 8) & 255}.${n & 255} && tcp.dst == ${1 + (n % 65535)}`,
        actions: `ct_lb_mark(backends=${octets(n)}:8080,${octets(n + 7)}:8080);`,
        stage: 'ls_in_lb',
      };
    case 2:
      return { match: `eth.dst == ${mac(n)}`, actions: `outport = "pod-${n}"; output;`, stage: 'ls_in_l2_lkup' };
    default: {
      const ports = `{${1 + (n % 65000)},${2 + (n % 65000)}}`;
      return {
        match: `reg0[7] == 1 && (outport == @a${n % 500} && ip4 && ip4.src == {$a${n % 700}} && tcp && tcp.dst == ${ports})`,
        actions: 'reg0[1] = 1; next;',
        stage: 'ls_out_acl_eval',
      };
    }
  }
}

function insertFlow(n: number, datapath: Uuid | undefined): Operation {
  const { match, actions, stage } = flow(n);
  return {
    op: 'insert',
    table: 'Logical_Flow',
    row: {
      match,
      actions,
      priority: 50 + (n % 2000),
      table_id: n % 27,
      pipeline: n % 4 === 3 ? 'egress' : 'ingress',
      logical_datapath: datapath,
      external_ids: {
        source: `northd.c:${5000 + (n % 4000)}`,
        'stage-hint': (Math.imul(n, 2654435761) >>> 0).toString(16).padStart(8, '0'),
        'stage-name': stage,
      },
    },
  };
}

/** Fill an empty OVN_Southbound with `count` logical flows; the same ones every time. */
export async function fillLogicalFlows(socket: string, count: number): Promise<void> {
  await using db = await connect({
    remotes: [`unix:${socket}`],
    database: 'OVN_Southbound',
    tables: {},
    probeIntervalMs: 0,
  });
  const write = async (operations: readonly Operation[]): Promise<readonly Uuid[]> => {
    const outcome = await db.transact(operations);
    if (outcome.status !== 'committed') throw new Error(`filling the database: ${JSON.stringify(outcome)}`);
    return outcome.results.flatMap((result) => (result.op === 'insert' ? [result.uuid] : []));
  };
  const made = await write(
    Array.from({ length: datapaths }, (_, n) => ({
      op: 'insert',
      table: 'Datapath_Binding',
      row: { tunnel_key: n + 1 },
    })),
  );
  for (let begin = 0; begin < count; begin += rowsPerTransaction) {
    const length = Math.min(rowsPerTransaction, count - begin);
    await write(Array.from({ length }, (_, n) => insertFlow(begin + n, made[(begin + n) % made.length])));
  }
}
