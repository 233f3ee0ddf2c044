import { expect, it } from 'vitest';
import { missingRequirements } from './requirements.ts';

it('names what is missing, the Debian package that brings it, and the command', () => {
  const find = (program: string): string | undefined =>
    /^ovs|^ethtool$/.test(program) ? undefined : `/usr/bin/${program}`;
  expect(missingRequirements(1000, find)).toEqual([
    expect.stringContaining('root'),
    "ovs-vswitchd: from Debian's package openvswitch-switch",
    "ovsdb-server: from Debian's package openvswitch-common",
    "ovsdb-tool: from Debian's package openvswitch-common",
    "ovs-vsctl: from Debian's package openvswitch-common",
    "ethtool: from Debian's package ethtool",
    'Get them with: apt-get install --no-install-recommends openvswitch-switch openvswitch-common ethtool',
  ]);
});

it('says nothing when all is there', () => {
  expect(missingRequirements(0, (program) => program)).toEqual([]);
});
