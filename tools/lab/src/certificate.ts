import { readFile } from 'node:fs/promises';
import { run } from './command.ts';

/** A key and a certificate that vouches for itself, as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/**
 * A certificate for the API server's addresses, made by openssl(1): Node has no way to make one. kubectl sends a token over
 * TLS only. Files `NAME.key` and `NAME.crt` are left in the folder.
 */
export async function makeCertificate(
  folder: string,
  name: string,
  addresses: readonly string[],
  dnsName: string,
): Promise<Certificate> {
  const keyFile = `${folder}/${name}.key`;
  const certFile = `${folder}/${name}.crt`;
  const subject = [...addresses.map((address) => `IP:${address}`), `DNS:${dnsName}`].join(',');
  await run([
    ...[
      'openssl',
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '365',
    ],
    ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=${subject}`, '-keyout', keyFile, '-out', certFile],
  ]);
  return { key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8') };
}
