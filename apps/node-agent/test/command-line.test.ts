import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const entry = join(import.meta.dirname, '..', 'src', 'main.ts');

/** Run the agent with these flags to its end. */
function agent(...flags: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['-C', '@ovnkube/source', entry, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

const right = {
  node: 'a',
  kubeconfig: '/dev/null',
  'cluster-subnets': '10.244.0.0/16/24',
  'service-cidrs': '10.96.0.0/16',
} as const;
const flags = (changed: Readonly<Record<string, string>>): string[] =>
  Object.entries({ ...right, ...changed }).flatMap(([name, value]) => [`--${name}`, value]);

it.each([
  ['an unknown flag', { 'cluster-subnet': '10.0.0.0/8' }, /unknown option '--cluster-subnet'/],
  ['no subnet', { 'cluster-subnets': 'ten' }, /"ten" is not a subnet; write .* such as 10\.96\.0\.0\/16/],
  ['host bits', { 'cluster-subnets': '10.244.0.1/16/24' }, /10\.244\.0\.1\/16.*write 10\.244\.0\.0\/16/],
  [
    'a subnet that is too small',
    { 'cluster-subnets': '10.244.0.0/28/24' },
    /10\.244\.0\.0\/28.*too small for a node prefix \/24/,
  ],
  [
    'overlapping subnets',
    { 'service-cidrs': '10.244.5.0/24' },
    /service CIDR 10\.244\.5\.0\/24 overlaps cluster subnet 10\.244\.0\.0\/16/,
  ],
  [
    'a family without join subnet',
    { 'join-subnets': 'fd98::/64' },
    /join subnets "fd98::\/64": write exactly one ipv4 subnet/,
  ],
  ['no MTU', { mtu: '900' }, /--mtu 900: must be a whole number from 1280 to 65535/],
  ['no remote', { nb: '/run/nb.sock' }, /--nb \/run\/nb\.sock: must be an OVSDB remote such as unix:/],
  ['a gateway mode of its own', { 'gateway-mode': 'none' }, /Allowed choices are shared, local/],
  ['a missing kubeconfig', { kubeconfig: '/nowhere/config' }, /\/nowhere\/config/],
  ['a kubeconfig without content', {}, /\/dev\/null/],
])('refuses %s with exit code 2 and one clear line', async (_, changed, words) => {
  const { code, output } = await agent(...flags(changed));
  expect(output).toMatch(words);
  expect(output).not.toMatch(/\n\s+at /);
  expect(code).toBe(2);
});

it('teaches by --help, exit codes included', async () => {
  const { code, output } = await agent('--help');
  expect(code).toBe(0);
  expect(output).toContain('Exit codes');
  expect(output).toContain('--cluster-subnets');
});
