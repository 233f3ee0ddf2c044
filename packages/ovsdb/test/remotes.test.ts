import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { missing, type OvsdbServer, run, scratch } from '@ovnkube/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type OvsdbError, type TlsOptions } from '../src/index.ts';
import { remoteOf, startZoo } from './zoo.ts';

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** An authority, and a key and certificate for each name, signed by it. */
async function makeCertificates(dir: string, authority: string, names: readonly string[]): Promise<void> {
  const openssl = (...args: string[]): Promise<string> => run('openssl', args);
  const at = (name: string): string => join(dir, name);
  const [caKey, caCert] = [at(`${authority}-key.pem`), at(`${authority}.pem`)];
  await openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=${authority}`,
    '-keyout',
    caKey,
    '-out',
    caCert,
  );
  for (const name of names) {
    await openssl(
      'req',
      '-new',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      at(`${name}-key.pem`),
      '-out',
      at(`${name}.csr`),
    );
    await openssl(
      'x509',
      '-req',
      '-days',
      '2',
      '-in',
      at(`${name}.csr`),
      '-CA',
      caCert,
      '-CAkey',
      caKey,
      '-CAcreateserial',
      '-out',
      at(`${name}.pem`),
    );
  }
}

describe.skipIf(missing('ovsdb-server', 'openssl'))('remotes', () => {
  let server: OvsdbServer;
  let ssl: string;
  let tcp: string;
  let good: TlsOptions;
  let stranger: TlsOptions;
  const dead = 'unix:/nonexistent/ovnkube-ovsdb.sock';

  beforeAll(async () => {
    const dir = await scratch('zoo');
    await makeCertificates(dir, 'ca', ['server', 'client']);
    await makeCertificates(dir, 'other-ca', ['stranger']);
    const [sslPort, tcpPort] = [await freePort(), await freePort()];
    const certificates = [
      `--private-key=${dir}/server-key.pem`,
      `--certificate=${dir}/server.pem`,
      `--ca-cert=${dir}/ca.pem`,
    ];
    server = await startZoo({
      dir,
      remotes: [`pssl:${sslPort}:127.0.0.1`, `ptcp:${tcpPort}:127.0.0.1`],
      args: certificates,
    });
    ssl = `ssl:127.0.0.1:${sslPort}`;
    tcp = `tcp:127.0.0.1:${tcpPort}`;
    const pem = (name: string): Promise<string> => readFile(join(dir, name), 'utf8');
    const caCertificate = await pem('ca.pem');
    good = { caCertificate, privateKey: await pem('client-key.pem'), certificate: await pem('client.pem') };
    stranger = { caCertificate, privateKey: await pem('stranger-key.pem'), certificate: await pem('stranger.pem') };
  });
  afterAll(() => server.stop());

  const roundTrip = async (remotes: readonly string[], tls?: TlsOptions): Promise<string> => {
    const db = await connect({ remotes, database: 'Zoo', backoff: { minMs: 5, maxMs: 20 }, ...(tls && { tls }) });
    const outcome = await db.transact([{ op: 'insert', table: 'Keeper', row: { name: 'x'.repeat(200_000) } }]);
    expect(outcome.status).toBe('committed');
    expect([...db.table('Keeper').rows()].at(-1)).toMatchObject({ name: 'x'.repeat(200_000) });
    await db.close();
    return db.remote;
  };

  it('speaks over unix, tcp and ssl with a client certificate', async () => {
    expect(await roundTrip([remoteOf(server)])).toBe(remoteOf(server));
    expect(await roundTrip([tcp])).toBe(tcp);
    expect(await roundTrip([ssl], good)).toBe(ssl);
  });

  it('tries all remotes before it waits', async () => {
    const delays: number[] = [];
    const db = await connect({
      remotes: [dead, `${dead}2`, `${dead}3`, tcp],
      database: 'Zoo',
      // The server comes last.
      random: () => 0,
      on: { retry: ({ delayMs }) => delays.push(delayMs) },
    });
    expect(db.remote).toBe(tcp);
    expect(delays).toEqual([0, 0, 0]);
    await db.close();
  });

  /** The error of the first try. */
  const refusal = async (tls: TlsOptions | undefined): Promise<OvsdbError> => {
    const stop = new AbortController();
    return new Promise((resolve, reject) => {
      const retry = ({ error }: { error: OvsdbError }): void => {
        resolve(error);
        stop.abort();
      };
      connect({ remotes: [ssl], database: 'Zoo', ...(tls && { tls }), signal: stop.signal, on: { retry } })
        .then(() => reject(new Error('it connected')))
        .catch(() => undefined);
    });
  };

  it('refuses a server of another authority, and is refused without a certificate the server trusts', async () => {
    expect(await refusal({ ...good, caCertificate: await makeOther(server.dir) })).toMatchObject({
      code: 'connection',
    });
    expect(await refusal(undefined)).toMatchObject({ code: 'connection', details: { remote: ssl } });
    const { caCertificate } = good;
    expect(await refusal({ caCertificate })).toMatchObject({ code: 'connection' });
    expect(await refusal(stranger)).toMatchObject({ code: 'connection' });
    expect(await refusal({ ...good, certificate: 'no certificate' })).toMatchObject({ code: 'connection' });
  });
});

async function makeOther(dir: string): Promise<string> {
  await makeCertificates(dir, 'third-ca', []);
  return readFile(join(dir, 'third-ca.pem'), 'utf8');
}
