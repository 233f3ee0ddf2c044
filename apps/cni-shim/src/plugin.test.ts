import { CniError } from '@ovnkube/cni';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runPlugin } from './plugin.ts';

const text = fc.oneof(
  fc.string(),
  fc.json(),
  fc.constantFrom('', 'ADD', 'DEL', 'CHECK', 'GC', 'STATUS', 'VERSION', 'eth0'),
);
const environment = fc.record(
  {
    CNI_COMMAND: text,
    CNI_CONTAINERID: fc.oneof(text, fc.constant('f00d')),
    CNI_NETNS: text,
    CNI_IFNAME: fc.oneof(text, fc.constant('eth0')),
    CNI_ARGS: fc.oneof(text, fc.constant('K8S_POD_NAMESPACE=a;K8S_POD_NAME=b')),
    CNI_PATH: text,
  },
  { requiredKeys: [] },
);
const configuration = fc.record(
  {
    cniVersion: fc.oneof(fc.constantFrom('0.1.0', '0.4.0', '1.1.0'), fc.jsonValue()),
    name: fc.oneof(fc.constant('n'), fc.jsonValue()),
    type: fc.oneof(fc.constant('t'), fc.jsonValue()),
    prevResult: fc.jsonValue(),
    dns: fc.jsonValue(),
    serverSocket: fc.oneof(fc.constant('/s'), fc.jsonValue()),
    'cni.dev/valid-attachments': fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const stdin = fc.oneof(
  fc.uint8Array(),
  fc
    .oneof(
      configuration.map((document) => JSON.stringify(document)),
      fc.string(),
    )
    .map((content) => new TextEncoder().encode(content)),
);
const answer = fc.oneof(
  fc.record({
    status: fc.constantFrom(200, 400, 500),
    body: fc.oneof(fc.string(), fc.json(), fc.constant('{"Result":{"ips":[]}}')),
  }),
  fc.constantFrom(new CniError('try-again-later', 'busy'), new Error('what nobody foresaw')),
);

it('ends every run with one document or none, and a code that fits, whatever comes in from either side', async () => {
  await fc.assert(
    fc.asyncProperty(environment, stdin, answer, async (env, input, given) => {
      const outcome = await runPlugin({
        env,
        readStdin: () => input,
        post: () => (given instanceof Error ? Promise.reject(given) : Promise.resolve(given)),
      });
      const failed = outcome.stdout !== undefined && 'code' in outcome.stdout;
      expect(outcome.exitCode).toBe(failed ? 1 : 0);
      if (outcome.stdout && 'code' in outcome.stdout) {
        expect(outcome.stdout).toMatchObject({ cniVersion: expect.any(String), msg: expect.any(String) });
        expect(Number(outcome.stdout.code)).toBeGreaterThan(0);
      }
    }),
    { numRuns: 3000 },
  );
});
