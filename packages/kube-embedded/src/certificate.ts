import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { parseAddress } from './address.ts';

/** A private key and its certificate, PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** ASN.1 DER, as much as a certificate needs (X.690). */
const der = (tag: number, ...contents: readonly Uint8Array[]): Uint8Array => {
  const body = Buffer.concat(contents);
  const size = body.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const sequence = (...items: readonly Uint8Array[]): Uint8Array => der(0x30, ...items);
const integer = (bytes: Uint8Array): Uint8Array => der(0x02, bytes);
const objectId = (hex: string): Uint8Array => der(0x06, Buffer.from(hex, 'hex'));
const bitString = (bytes: Uint8Array): Uint8Array => der(0x03, Buffer.from([0]), bytes);
const time = (date: Date): Uint8Array =>
  der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
const text = (tag: number, value: string): Uint8Array => der(tag, Buffer.from(value));

const commonName = '550403';
const ecdsaWithSha256 = '2a8648ce3d040302';
const subjectAltName = '551d11';
const basicConstraints = '551d13';

const year = 365 * 24 * 3600 * 1000;

/**
 * A certificate that signs itself (RFC 5280, ECDSA P-256), for the given host names and addresses: it is its own
 * certificate authority in the kubeconfig. For tests and labs; valid for a year.
 */
export function selfSigned(names: readonly string[]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectId(ecdsaWithSha256));
  const name = sequence(der(0x31, sequence(objectId(commonName), text(0x0c, names[0] ?? 'localhost'))));
  const now = Date.now();
  const serial = randomBytes(12);
  serial[0] = 0x01;
  const extension = (id: string, ...value: readonly Uint8Array[]): Uint8Array =>
    sequence(objectId(id), der(0x04, sequence(...value)));
  const authority = extension(basicConstraints, der(0x01, Buffer.from([0xff])));
  const tbs = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    name,
    sequence(time(new Date(now - 3600_000)), time(new Date(now + year))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(authority, extension(subjectAltName, ...names.map(generalName)))),
  );
  const certificate = sequence(tbs, algorithm, bitString(sign('sha256', tbs, privateKey)));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${Buffer.from(certificate)
      .toString('base64')
      .replace(/(.{64})/g, '$1\n')
      .trimEnd()}\n-----END CERTIFICATE-----\n`,
  };
}

/** GeneralName: iPAddress [7] or dNSName [2]. */
function generalName(host: string): Uint8Array {
  if (isIP(host) === 0) return text(0x82, host);
  const size = isIP(host) === 4 ? 4 : 16;
  const value = parseAddress(host)?.value ?? 0n;
  return der(0x87, Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex'));
}
