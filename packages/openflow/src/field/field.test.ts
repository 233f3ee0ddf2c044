import { expect, test } from 'vitest';
import { FIELDS, fieldNamed, findField } from './field.ts';

test('families have all their members', () => {
  expect(FIELDS.length).toBe(183);
  expect(fieldNamed('reg15').forms[0]).toMatchObject({ name: 'NXM_NX_REG15', oxmClass: 1, number: 15 });
  expect(fieldNamed('xxreg3').forms[0]).toMatchObject({ name: 'NXM_NX_XXREG3', number: 114 });
  expect(fieldNamed('tun_metadata63').forms[0]).toMatchObject({ number: 103 });
});

test('aliases name the same field', () => {
  expect(fieldNamed('nw_dst')).toBe(fieldNamed('ip_dst'));
  expect(findField('no_such_field')).toBeUndefined();
});

test('values above 32 bits are bigints', () => {
  for (const field of FIELDS) expect(typeof field.ones).toBe(field.width > 32 ? 'bigint' : 'number');
});
