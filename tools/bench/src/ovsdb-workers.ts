/**
 * The measured client processes, as source text: plain JavaScript for a process of its own, so that neither type stripping
 * nor this tool's own imports are counted. Each gets the server's socket as its argument and prints one JSON line.
 */

/** Replicate OVN_Southbound.Logical_Flow with the library, as built. */
export const syncWorker = `
import { connect } from '@ovnkube/ovsdb';
const db = await connect({ remotes: ['unix:' + process.argv[1]], database: 'OVN_Southbound', tables: { Logical_Flow: {} } });
const rows = db.table('Logical_Flow').size;
await db.close();
console.log(JSON.stringify({ rows, peakMiB: process.resourceUsage().maxRSS / 1024 }));
`;

const transactions = 20_000;
const inFlight = 256;

/** One-row inserts through the library, 256 in flight. The second argument names the tables to replicate. */
export const libraryTransactions = `
import { connect } from '@ovnkube/ovsdb';
const tables = JSON.parse(process.argv[2]);
const db = await connect({ remotes: ['unix:' + process.argv[1]], database: 'OVN_Southbound', tables });
let sent = 0;
const run = async () => {
  while (sent < ${transactions}) {
    const i = sent++;
    const { status } = await db.transact([{ op: 'insert', table: 'Chassis_Private', row: { name: 'c-' + process.pid + '-' + i, nb_cfg: i } }]);
    if (status !== 'committed') throw new Error(status);
  }
};
const begin = performance.now();
await Promise.all(Array.from({ length: ${inFlight} }, run));
console.log(JSON.stringify({ perSecond: ${transactions} / ((performance.now() - begin) / 1000) }));
await db.close();
`;

/** The same over a bare socket: JSON out, brackets counted and JSON.parse in, a look at the results, nothing else. */
export const rawTransactions = `
import { connect } from 'node:net';
const socket = connect(process.argv[1]);
let sent = 0, got = 0, begin = 0, depth = 0, inString = false, escaped = false, held = [];
const one = () => {
  const i = sent++;
  const row = { name: 'r-' + process.pid + '-' + i, nb_cfg: i };
  socket.write(JSON.stringify({ method: 'transact', params: ['OVN_Southbound', { op: 'insert', table: 'Chassis_Private', row }], id: i }));
};
const reply = (text) => {
  const { error, result } = JSON.parse(text);
  if (error || result.some((item) => item && item.error)) throw new Error(text);
  got++;
  if (sent < ${transactions}) one();
  else if (got === ${transactions}) {
    console.log(JSON.stringify({ perSecond: ${transactions} / ((performance.now() - begin) / 1000) }));
    socket.end();
  }
};
socket.on('connect', () => {
  begin = performance.now();
  while (sent < ${inFlight}) one();
});
socket.on('data', (bytes) => {
  let start = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (escaped) escaped = false;
      else if (byte === 0x5c) escaped = true;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) {
      held.push(bytes.subarray(start, i + 1));
      reply(Buffer.concat(held).toString());
      held = [];
      start = i + 1;
    }
  }
  if (start < bytes.length) held.push(bytes.subarray(start));
});
`;
