import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];

const executable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * Why a test cannot run here: the names of programs that are not installed, or `root` where this process is not root.
 * Undefined when nothing is missing. Prints the reason once, so that a skipped test is never silent:
 * `it.skipIf(missing('nft', 'root'))`.
 */
export function missing(...needs: readonly string[]): string | undefined {
  const absent = needs.filter((need) =>
    need === 'root' ? process.getuid?.() !== 0 : !places.some((place) => executable(join(place, need))),
  );
  if (absent.length === 0) return undefined;
  const reason = `skipped: needs ${absent.join(', ')}, which ${absent.length === 1 ? 'is' : 'are'} missing here`;
  console.warn(reason);
  return reason;
}
