import { describe, expect, it } from 'vitest';
import { CniError, type ErrorCode, errorObject, parseErrorObject } from './error.ts';
import { checkCommand, parseNetworkConfiguration } from './network-configuration.ts';
import { parseConfigurationFile, requestConfiguration } from './network-configuration-list.ts';

const base = { cniVersion: '1.1.0', name: 'ovn-kubernetes', type: 'ovn-k8s-cni-overlay' };

const codeOf = (run: () => unknown): ErrorCode | undefined => {
  try {
    run();
  } catch (error) {
    if (error instanceof CniError) return error.code;
    throw error;
  }
  return undefined;
};

describe('parseNetworkConfiguration', () => {
  it('keeps keys of the plugin', () => {
    const configuration = parseNetworkConfiguration(JSON.stringify({ ...base, logFile: '/var/log/x' }));
    expect(configuration).toMatchObject({ ...base, document: { logFile: '/var/log/x' } });
  });

  it('reads a prevResult in the version of the configuration', () => {
    const prevResult = { ips: [{ version: '4', address: '10.128.0.5/23' }] };
    const configuration = parseNetworkConfiguration(JSON.stringify({ ...base, cniVersion: '0.4.0', prevResult }));
    expect(configuration.prevResult?.ips).toEqual([{ address: '10.128.0.5/23' }]);
  });

  it.each<[string, ErrorCode, string]>([
    ['', 'decoding-failure', 'empty'],
    ['{"cniVersion":', 'decoding-failure', 'not JSON'],
    ['[]', 'invalid-configuration', 'JSON object'],
    ['{"cniVersion":"9.9.9","name":"a","type":"b"}', 'incompatible-version', '9.9.9'],
    ['{"cniVersion":1.1,"name":"a","type":"b"}', 'invalid-configuration', 'cniVersion'],
    ['{"cniVersion":"1.1.0","type":"b"}', 'invalid-configuration', 'name is missing'],
    ['{"cniVersion":"1.1.0","name":"../x","type":"b"}', 'invalid-configuration', 'name is "../x"'],
    ['{"cniVersion":"1.1.0","name":"a","type":"/bin/sh"}', 'invalid-configuration', 'type'],
    [
      '{"cniVersion":"1.1.0","name":"a","type":"b","prevResult":{"ips":[{}]}}',
      'invalid-configuration',
      'prevResult.ips[0]',
    ],
    [
      '{"cniVersion":"1.1.0","name":"a","type":"b","cni.dev/valid-attachments":[{}]}',
      'invalid-configuration',
      'containerID',
    ],
  ])('says what is wrong with %s', (text, code, words) => {
    expect(codeOf(() => parseNetworkConfiguration(text))).toBe(code);
    expect(() => parseNetworkConfiguration(text)).toThrowError(words);
  });

  it('takes the list of GC, empty as null too', () => {
    const list = [{ containerID: 'f00d', ifname: 'eth0' }];
    const read = (value: unknown): unknown =>
      parseNetworkConfiguration(JSON.stringify({ ...base, 'cni.dev/valid-attachments': value })).validAttachments;
    expect(read(list)).toEqual(list);
    expect(read(null)).toEqual([]);
  });
});

describe('checkCommand', () => {
  it.each([
    ['GC', '1.0.0', 'incompatible-version'],
    ['STATUS', '1.0.0', 'incompatible-version'],
    ['CHECK', '0.3.1', 'incompatible-version'],
    ['CHECK', '1.1.0', 'invalid-configuration'],
    ['GC', '1.1.0', 'invalid-configuration'],
    ['STATUS', '1.1.0', undefined],
    ['ADD', '0.1.0', undefined],
  ] as const)('%s with %s: %s', (command, cniVersion, code) => {
    const configuration = parseNetworkConfiguration(JSON.stringify({ ...base, cniVersion }));
    expect(codeOf(() => checkCommand(command, configuration))).toBe(code);
  });
});

describe('parseConfigurationFile', () => {
  it('takes the newest version offered that it knows', () => {
    const list = { cniVersion: '0.4.0', cniVersions: ['0.4.0', '7.0.0', '1.1.0'], name: 'n', plugins: [{ type: 'p' }] };
    expect(parseConfigurationFile(JSON.stringify(list)).cniVersion).toBe('1.1.0');
  });

  it('reads a single plugin as a list of one', () => {
    const { plugins, name } = parseConfigurationFile(JSON.stringify({ ...base, mtu: 1400 }));
    expect({ plugins, name }).toEqual({
      name: 'ovn-kubernetes',
      plugins: [{ type: base.type, capabilities: [], document: { type: base.type, mtu: 1400 } }],
    });
  });

  it.each([
    [{ cniVersion: '1.1.0', name: 'n', plugins: [] }, 'plugins'],
    [{ cniVersion: '1.1.0', name: 'n', plugins: [{}] }, 'plugins[0].type'],
    [{ cniVersion: '1.1.0', name: 'n', plugins: [{ type: 'p', capabilities: { a: 1 } }] }, 'plugins[0].capabilities.a'],
    [{ cniVersions: ['7.0.0'], name: 'n', plugins: [{ type: 'p' }] }, 'cniVersions'],
  ])('names the wrong field of %j', (document, path) => {
    expect(() => parseConfigurationFile(JSON.stringify(document))).toThrowError(path);
  });

  it('derives what a runtime sends: capabilities filtered, version and name of the list', () => {
    const plugin = { type: 'p', capabilities: { bandwidth: true, portMappings: false }, extra: 1 };
    const list = parseConfigurationFile(JSON.stringify({ cniVersion: '1.1.0', name: 'n', plugins: [plugin] }));
    const [first] = list.plugins;
    if (first === undefined) throw new Error('no plugin');
    const runtimeConfig = { bandwidth: { ingressRate: 1 }, portMappings: [] };
    const prevResult = { interfaces: [], ips: [], routes: [], dns: {} };
    expect(requestConfiguration(list, first, { runtimeConfig, prevResult, validAttachments: [] })).toEqual({
      cniVersion: '1.1.0',
      name: 'n',
      type: 'p',
      extra: 1,
      runtimeConfig: { bandwidth: { ingressRate: 1 } },
      prevResult: { cniVersion: '1.1.0', dns: {} },
      'cni.dev/valid-attachments': [],
    });
  });
});

describe('error objects', () => {
  it('carry the number of the code, and the causes of what nobody foresaw', () => {
    expect(errorObject(new CniError('try-again-later', 'no agent', { details: 'd' }), '1.1.0')).toEqual({
      cniVersion: '1.1.0',
      code: 11,
      msg: 'no agent',
      details: 'd',
    });
    const error = new Error('outer', { cause: new Error('inner') });
    expect(errorObject(error, '1.1.0')).toEqual({ cniVersion: '1.1.0', code: 999, msg: 'outer', details: 'inner' });
  });

  it('are told from other texts', () => {
    const object = { cniVersion: '1.1.0', code: 7, msg: 'm' };
    expect(parseErrorObject(JSON.stringify(object))).toEqual(object);
    for (const text of ['', 'failed', '{}', '{"code":0,"msg":""}', '{"code":"7","msg":""}', '[]', 'null']) {
      expect(parseErrorObject(text)).toBeUndefined();
    }
  });
});
