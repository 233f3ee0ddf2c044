import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LabError } from './error.ts';

/** A program that a lab needs, and the Debian package that brings it. */
interface Requirement {
  readonly program: string;
  readonly debian: string;
}

const requirements: readonly Requirement[] = [
  { program: 'ovs-vswitchd', debian: 'openvswitch-switch' },
  { program: 'ovsdb-server', debian: 'openvswitch-common' },
  { program: 'ovsdb-tool', debian: 'openvswitch-common' },
  { program: 'ovs-vsctl', debian: 'openvswitch-common' },
  { program: 'ip', debian: 'iproute2' },
  { program: 'nft', debian: 'nftables' },
  { program: 'ethtool', debian: 'ethtool' },
  { program: 'ping', debian: 'iputils-ping' },
  { program: 'openssl', debian: 'openssl' },
  { program: 'nsenter', debian: 'util-linux' },
];

const folders = (): readonly string[] => [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** Where a program is, on PATH or in the system folders that a user's PATH may lack. */
export const findProgram = (program: string): string | undefined =>
  folders()
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

/** Everything that is missing, and how to get it; empty when a lab can run. */
export function missingRequirements(uid = process.getuid?.(), find = findProgram): readonly string[] {
  const missing = requirements.filter(({ program }) => find(program) === undefined);
  const packages = [...new Set(missing.map(({ debian }) => debian))];
  return [
    ...(uid === 0 ? [] : ['root: a lab makes network namespaces. Run it with sudo, or in a privileged container.']),
    ...missing.map(({ program, debian }) => `${program}: from Debian's package ${debian}`),
    ...(packages.length === 0 ? [] : [`Get them with: apt-get install --no-install-recommends ${packages.join(' ')}`]),
  ];
}

/** Throws `MISSING_REQUIREMENT` with the whole list. */
export function requireAll(): void {
  const missing = missingRequirements();
  if (missing.length > 0)
    throw new LabError('MISSING_REQUIREMENT', `A lab cannot run here. Missing:\n  ${missing.join('\n  ')}`);
}
