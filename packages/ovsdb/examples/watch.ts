// Print what is in a database, then every change to it:
//   node examples/watch.ts unix:/var/run/openvswitch/db.sock Open_vSwitch
import { connect } from '@ovnkube/ovsdb';

const [remote = 'unix:/var/run/openvswitch/db.sock', database = 'Open_vSwitch'] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());

const db = await connect({
  remotes: [remote],
  database,
  signal: stop.signal,
  on: {
    retry: ({ error, delayMs }) => console.error(`${error.message}; trying again in ${delayMs} ms`),
    resynced: ({ full, changed }) =>
      console.error(`in sync: ${changed} rows differed${full ? '' : ' since the last session'}`),
  },
});

for (const name of db.schema.tables.keys()) console.log(`${name}: ${db.table(name).size} rows`);
db.subscribe(({ tables }) => {
  for (const [table, changes] of tables) {
    for (const [uuid, { old, new: row }] of changes) {
      const what = old === undefined ? 'added' : row === undefined ? 'deleted' : 'changed';
      console.log(`${table} ${uuid} ${what}`);
    }
  }
});
