import { expect, it } from 'vitest';
import { LabError } from './error.ts';
import { type LabFlags, labConfig } from './lab-config.ts';

const flags: LabFlags = {
  name: 'lab',
  nodes: '2',
  ipFamilies: 'ipv4',
  gatewayMode: 'shared',
  northd: 'ovn',
  controller: 'ovn',
  kube: 'embedded',
};

it('reads the defaults', () => {
  expect(labConfig(flags)).toEqual({ ...flags, nodes: 2, families: ['ipv4'], ipFamilies: undefined });
});

it.each<[Partial<LabFlags>, string]>([
  [{ nodes: '0' }, '--nodes 0: must be a whole number from 1 to 200'],
  [{ nodes: '2.5' }, '--nodes 2.5: must be'],
  [{ nodes: 'two' }, '--nodes two: must be'],
  [{ ipFamilies: 'ipv5' }, '--ip-families ipv5: must be'],
  [{ gatewayMode: 'none' }, '--gateway-mode none: must be shared or local'],
  [{ northd: 'ours' }, '--northd ours: must be ovn'],
  [{ controller: 'x' }, '--controller x: must be ovn'],
  [{ kube: 'k3s' }, '--kube k3s: must be embedded or real'],
  [{ name: 'my-lab' }, '--name my-lab: a lab name is'],
  [{ name: '../x' }, '--name ../x: a lab name is'],
])('refuses %j with flag, value and remedy', (wrong, words) => {
  const read = (): unknown => labConfig({ ...flags, ...wrong });
  expect(read).toThrowError(words);
  expect(read).toThrowError(LabError);
});
