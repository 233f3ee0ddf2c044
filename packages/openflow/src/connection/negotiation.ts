import type { Hello } from '../messages/basic.ts';

/** OpenFlow's version byte by the minor number: 4 is OpenFlow 1.3. */
export const SUPPORTED_VERSIONS: readonly number[] = [4, 5, 6];

/**
 * The version to speak after a hello: the highest that both name where both have bitmaps, else the lower of the two headers'
 * versions (OpenFlow 1.5 §6.3.1). Undefined: there is none.
 */
export function negotiate(
  ours: readonly number[],
  hello: Pick<Hello, 'versions'> & { readonly version: number },
): number | undefined {
  const { version, versions } = hello;
  if (versions !== undefined) {
    const common = ours.filter((own) => versions.includes(own));
    return common.length === 0 ? undefined : Math.max(...common);
  }
  const lower = Math.min(version, Math.max(...ours));
  return ours.includes(lower) ? lower : undefined;
}

/** `OpenFlow 1.3` of 4. */
export function versionName(version: number): string {
  return version === 0 ? 'OpenFlow 0' : `OpenFlow 1.${version - 1}`;
}
