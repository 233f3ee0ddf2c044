import { describe, expect, it } from 'vitest';
import { ServerDatabases, unsuitable } from './server-database.ts';

const cid = '8a1dbdb8-416f-4ce9-affa-3332691714b6';
const demands = { leaderOnly: true, cid, minIndex: 10 };

/** The row of a database after an insert and a change, as monitor_cond reports them. */
const database = (row: object, change: object = {}) => {
  const databases = new ServerDatabases();
  databases.update({ Database: { r: { initial: { name: 'D', connected: true, leader: true, ...row } } } });
  databases.update({ Database: { r: { modify: { ...change } } } });
  return databases.get('D');
};
const clustered = { model: 'clustered', cid: ['uuid', cid], index: 10 };

describe('a server for a database', () => {
  it('fits where it has the database, is connected and, if demanded, leads', () => {
    expect(unsuitable(database({ model: 'standalone' }), 'D', demands)).toBeUndefined();
    expect(unsuitable(database(clustered), 'D', demands)).toBeUndefined();
    expect(unsuitable(undefined, 'D', demands)).toContain('no database D');
    expect(unsuitable(database(clustered, { leader: false }), 'D', demands)).toContain('not the leader');
    expect(unsuitable(database(clustered, { leader: false }), 'D', { ...demands, leaderOnly: false })).toBeUndefined();
    expect(unsuitable(database(clustered, { connected: false }), 'D', demands)).toContain(
      'not connected to its cluster',
    );
    expect(unsuitable(database({ model: 'relay' }, { connected: false }), 'D', demands)).toContain(
      'not connected to its source',
    );
  });

  it('is behind by the index of the same cluster only', () => {
    expect(unsuitable(database(clustered, { index: 9 }), 'D', demands)).toContain('index 9 < 10');
    expect(unsuitable(database(clustered, { index: 9 }), 'D', { ...demands, cid: undefined })).toBeUndefined();
    expect(unsuitable(database(clustered, { index: 9, cid: ['set', []] }), 'D', demands)).toBeUndefined();
  });

  it('is forgotten when its row is deleted', () => {
    const databases = new ServerDatabases();
    databases.update({ Database: { r: { insert: { name: 'D' } } } });
    databases.update({ Database: { r: { delete: null } } });
    expect(databases.get('D')).toBeUndefined();
  });
});
