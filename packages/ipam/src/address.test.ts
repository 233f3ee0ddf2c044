import fc from 'fast-check';
import { collapseIPv6Number, IPv4, IPv6 } from 'ip-num';
import { describe, expect, it } from 'vitest';
import { Address, parseAddress } from './address.ts';
import { parseCidr } from './cidr.ts';

const v4 = fc.bigInt(0n, 2n ** 32n - 1n);
/** Zero groups often, so that the choice of `::` is put to the test. */
const v6 = fc
  .array(fc.oneof(fc.constant(0n), fc.bigInt(0n, 0xffffn)), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.reduce((value, group) => (value << 16n) | group, 0n));

describe('address text', () => {
  it('is read back as the same address', () => {
    const readBack = (address: Address) => parseAddress(`${address}`)?.equals(address) === true;
    fc.assert(fc.property(v4, (value) => readBack(new Address('ipv4', value))));
    fc.assert(fc.property(v6, (value) => readBack(new Address('ipv6', value))));
  });

  it('is what ip-num makes of the same number', () => {
    fc.assert(fc.property(v4, (value) => `${new Address('ipv4', value)}` === new IPv4(value).toString()));
    fc.assert(
      fc.property(v6, (value) => {
        const text = new IPv6(value).toString();
        expect(parseAddress(text)?.value).toBe(value);
        expect(parseAddress(collapseIPv6Number(text))?.value).toBe(value);
        expect(new IPv6(`${new Address('ipv6', value)}`).value).toBe(value);
      }),
    );
  });

  // RFC 5952 §4 and §5.
  it.each([
    ['2001:0DB8::0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['255.255.255.255', '255.255.255.255'],
  ])('%s is %s', (text, canonical) => expect(parseAddress(text)?.toString()).toBe(canonical));

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.-4',
    '0x1.2.3.4',
    ':',
    ':::',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    'fe80::1%eth0',
    '1.2.3.4::',
    '::1.2.3',
    'g::',
  ])('"%s" is no address', (text) => expect(parseAddress(text)).toBeUndefined());

  it('goes into JSON and templates as itself', () => {
    expect(JSON.stringify({ subnet: parseCidr('fd01::/48'), address: parseAddress('10.0.0.1') })).toBe(
      '{"subnet":"fd01::/48","address":"10.0.0.1"}',
    );
  });
});

describe('cidr', () => {
  const cidr = (text: string) => {
    const parsed = parseCidr(text);
    if (parsed === undefined) throw new Error(`${text} is no CIDR`);
    return parsed;
  };

  it.each(['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/08', '10.0.0.0/-1', '::/129', '/8', '10.0.0.0/8/9'])(
    '"%s" is none',
    (text) => expect(parseCidr(text)).toBeUndefined(),
  );

  it('keeps host bits until asked for the subnet', () => {
    expect(`${cidr('10.128.5.7/14')} ${cidr('10.128.5.7/14').subnet}`).toBe('10.128.5.7/14 10.128.0.0/14');
    expect(cidr('10.128.5.7/14').isSubnet).toBe(false);
  });

  it('contains what lies between its first and its last address, and overlaps accordingly', () => {
    const any = fc.tuple(v4, fc.nat(32)).map(([value, length]) => cidr(`${new Address('ipv4', value)}/${length}`));
    fc.assert(
      fc.property(any, any, v4, (a, b, value) => {
        const address = new Address('ipv4', value);
        expect(a.contains(address)).toBe(a.first.value <= value && value <= a.last.value);
        expect(a.overlaps(b)).toBe(a.first.value <= b.last.value && b.first.value <= a.last.value);
        expect(a.overlaps(b)).toBe(b.overlaps(a));
      }),
    );
  });

  it('never mixes families', () => {
    expect(cidr('0.0.0.0/0').contains(cidr('::/0'))).toBe(false);
    expect(cidr('::/0').overlaps(cidr('0.0.0.0/0'))).toBe(false);
  });
});
