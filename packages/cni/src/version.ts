import type { Command } from './command.ts';

/** Versions of the CNI specification whose configuration and results this package reads and writes, oldest first. */
export const supportedVersions = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const;

/** A version of the CNI specification. */
export type CniVersion = (typeof supportedVersions)[number];

/** The newest version; every result inside this package has its shape. */
export const latestVersion = '1.1.0' satisfies CniVersion;

/** What a configuration without `cniVersion` means (libcni reads it so, and the specification's 0.1.0 had no such field). */
export const impliedVersion = '0.1.0' satisfies CniVersion;

/** Whether `text` names a version that this package knows. */
export const isSupportedVersion = (text: string): text is CniVersion =>
  (supportedVersions as readonly string[]).includes(text);

/** Negative when `a` is older than `b`, 0 when equal, positive when newer. */
export const compareVersions = (a: CniVersion, b: CniVersion): number =>
  supportedVersions.indexOf(a) - supportedVersions.indexOf(b);

/** The first version of the specification that has the command (SPEC.md §"CNI operations", change log of 0.4.0 and 1.1.0). */
export const sinceVersion: Readonly<Record<Command, CniVersion>> = {
  ADD: '0.1.0',
  DEL: '0.1.0',
  VERSION: '0.1.0',
  CHECK: '0.4.0',
  GC: '1.1.0',
  STATUS: '1.1.0',
};

/** The answer to VERSION: what this plugin speaks, in the version that was asked with. */
export function versionResult(cniVersion: CniVersion = latestVersion): {
  readonly cniVersion: CniVersion;
  readonly supportedVersions: readonly CniVersion[];
} {
  return { cniVersion, supportedVersions };
}
