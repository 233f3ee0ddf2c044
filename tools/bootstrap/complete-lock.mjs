// Run after a change of dependencies (`npm run lock`): enters into package-lock.json the optional platform packages that
// npm left out because the registry at hand serves only some platforms. `npm ci` refuses a lock file that lacks them, even
// though it would never install them here. They get the version their dependant asks for, and the os, cpu and libc that
// their names tell; npm skips them wherever those do not match.
import { readFileSync, writeFileSync } from 'node:fs';

const os = ['android', 'darwin', 'freebsd', 'linux', 'openbsd', 'netbsd', 'openharmony', 'sunos', 'aix', 'win32', 'wasi'];
const cpu = ['arm64', 'arm', 'x64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32'];

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
let added = 0;
for (const entry of Object.values({ ...lock.packages })) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key] || !/^\d/.test(version)) continue;
    const words = name.split(/[/-]/);
    const thisOs = os.filter((word) => words.includes(word));
    const thisCpu = cpu.filter((word) => words.includes(word));
    const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : words.some((word) => word.startsWith('gnu')) ? ['glibc'] : undefined;
    if (thisOs.length === 0 && thisCpu.length === 0) continue;
    lock.packages[key] = {
      version,
      ...(thisCpu.length > 0 ? { cpu: thisCpu } : {}),
      dev: true,
      ...(libc ? { libc } : {}),
      optional: true,
      ...(thisOs.length > 0 ? { os: thisOs } : {}),
    };
    added += 1;
  }
}
const [own, ...rest] = Object.keys(lock.packages);
lock.packages = Object.fromEntries([own, ...rest.sort()].map((key) => [key, lock.packages[key]]));
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added} optional platform packages entered`);
