import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCniArgs, parseCniArgs, podOf } from './cni-args.ts';
import { commands, requiredVariables } from './command.ts';
import { parseEnvironment } from './environment.ts';
import { CniError } from './error.ts';

const complete = {
  CNI_CONTAINERID: 'f00d',
  CNI_NETNS: '/run/netns/cni-1',
  CNI_IFNAME: 'eth0',
  CNI_PATH: '/opt/cni/bin:/usr/lib/cni',
  CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;K8S_POD_UID=0a-1',
};

const failure = (run: () => unknown): CniError => {
  try {
    run();
  } catch (error) {
    if (error instanceof CniError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('parseEnvironment', () => {
  it('reads a kubelet request', () => {
    expect(parseEnvironment({ ...complete, CNI_COMMAND: 'ADD' })).toEqual({
      command: 'ADD',
      containerId: 'f00d',
      netns: '/run/netns/cni-1',
      ifname: 'eth0',
      args: { IgnoreUnknown: '1', K8S_POD_NAMESPACE: 'default', K8S_POD_NAME: 'web-0', K8S_POD_UID: '0a-1' },
      path: ['/opt/cni/bin', '/usr/lib/cni'],
    });
  });

  it.each(commands.flatMap((command) => requiredVariables[command].map((name) => [command, name] as const)))(
    '%s without %s names the variable',
    (command, name) => {
      const error = failure(() => parseEnvironment({ ...complete, CNI_COMMAND: command, [name]: '' }));
      expect(error.code).toBe('invalid-environment');
      expect(error.message).toContain(name);
    },
  );

  it('takes a DEL whose namespace is gone', () => {
    expect(parseEnvironment({ ...complete, CNI_COMMAND: 'DEL', CNI_NETNS: '' }).netns).toBe('');
  });

  it.each([
    ['CNI_COMMAND', 'add'],
    ['CNI_COMMAND', ''],
    ['CNI_CONTAINERID', '../etc'],
    ['CNI_CONTAINERID', '-x'],
    ['CNI_IFNAME', 'sixteen-letters-'],
    ['CNI_IFNAME', 'a b'],
    ['CNI_IFNAME', '..'],
    ['CNI_ARGS', 'K8S_POD_NAME'],
    ['CNI_ARGS', '=x'],
    ['CNI_ARGS', 'A=1;A=2'],
  ])('refuses %s=%j', (name, value) => {
    const error = failure(() => parseEnvironment({ ...complete, CNI_COMMAND: 'ADD', [name]: value }));
    expect(error.code).toBe('invalid-environment');
    expect(error.message).toContain(name);
  });
});

describe('CNI_ARGS', () => {
  it('reads back what it writes', () => {
    const key = fc.stringMatching(/^[A-Z0-9_]{1,20}$/);
    const value = fc.stringMatching(/^[a-z0-9=.-]{0,20}$/);
    fc.assert(
      fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (args) => {
        expect(parseCniArgs(formatCniArgs(args))).toEqual(args);
      }),
    );
  });

  it('names the pod, and the variables that do not', () => {
    expect(podOf(parseCniArgs(complete.CNI_ARGS))).toEqual({ namespace: 'default', name: 'web-0', uid: '0a-1' });
    expect(podOf({ K8S_POD_NAMESPACE: 'a', K8S_POD_NAME: 'b' })).toEqual({ namespace: 'a', name: 'b' });
    expect(failure(() => podOf({ K8S_POD_NAMESPACE: 'a' })).message).toContain('K8S_POD_NAME');
  });
});
