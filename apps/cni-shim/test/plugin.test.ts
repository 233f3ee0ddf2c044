import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseServerRequest } from '@ovnkube/cni';
import vectors from '@ovnkube/cni/vectors/server-exchanges.json' with { type: 'json' };
import { scratch } from '@ovnkube/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildPlugin, type Run, runBinary, startAgent } from './plugin-process.ts';

let binary: string;
let nowhere: string;
beforeAll(async () => {
  binary = await buildPlugin();
  nowhere = join(await scratch('nowhere'), 'cni.sock');
});

const addEnvironment = { ...vectors.environment, CNI_COMMAND: 'ADD' };
const configuration = (more: object = {}): string =>
  JSON.stringify({ ...vectors.configuration, serverSocket: nowhere, ...more });

/** Exactly one JSON document, or nothing. */
const document = (run: Run): unknown => (run.stdout === '' ? undefined : JSON.parse(run.stdout));

describe('exchanges with the agent', () => {
  it.each(vectors.exchanges)('$name', async (exchange) => {
    const requests: string[] = [];
    const agent = await startAgent((_request, response, body) => {
      requests.push(body);
      response.writeHead(exchange.answer.status).end(JSON.stringify(exchange.answer.body));
    });
    const env = { ...vectors.environment, ...exchange.environment, CNI_COMMAND: exchange.command };
    const config = configuration({ ...exchange.configuration, serverSocket: agent.socket });
    const run = await runBinary(binary, { ...env, UNRELATED: 'secret' }, config);
    await agent.close();
    expect({ exitCode: run.exitCode, stdout: document(run), stderr: run.stderr }).toEqual({
      exitCode: exchange.plugin.exitCode,
      stdout: exchange.plugin.stdout,
      stderr: '',
    });
    const [request = ''] = requests;
    const { env: sent, config: encoded } = parseServerRequest(request);
    expect(requests.length).toBe(1);
    expect(sent).toEqual(env);
    expect(Buffer.from(encoded, 'base64').toString()).toBe(config);
  });

  it('passes a line of text of another server on', async () => {
    const agent = await startAgent((_request, response) => response.writeHead(400).end('failed to get pod\n'));
    const run = await runBinary(binary, addEnvironment, configuration({ serverSocket: agent.socket }));
    await agent.close();
    expect(run.exitCode).toBe(1);
    expect(document(run)).toEqual({ cniVersion: '1.1.0', code: 999, msg: 'failed to get pod' });
  });

  it('a connection that ends early is to be tried again', async () => {
    const agent = await startAgent((request) =>
      request.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"Res'),
    );
    const run = await runBinary(binary, addEnvironment, configuration({ serverSocket: agent.socket }));
    await agent.close();
    expect(document(run)).toMatchObject({ code: 11 });
  });
});

describe('without an agent', () => {
  it.each([
    ['ADD', { code: 11 }],
    ['CHECK', { code: 11 }],
    ['GC', { code: 11 }],
    ['STATUS', { code: 50 }],
  ])('%s fails', async (command, object) => {
    const more = { prevResult: {}, 'cni.dev/valid-attachments': [] };
    const run = await runBinary(binary, { ...addEnvironment, CNI_COMMAND: command }, configuration(more));
    expect(run.exitCode).toBe(1);
    expect(document(run)).toMatchObject(object);
    expect(run.stdout).toContain(nowhere);
  });

  it('DEL succeeds, and again, and says so to people', async () => {
    for (const netns of ['/run/netns/gone', '']) {
      const run = await runBinary(binary, { ...addEnvironment, CNI_COMMAND: 'DEL', CNI_NETNS: netns }, configuration());
      expect({ exitCode: run.exitCode, stdout: run.stdout }).toEqual({ exitCode: 0, stdout: '' });
      expect(run.stderr).toContain('does not run');
    }
  });

  it('a dead socket, and a file in its place, is no agent; a path that cannot be is an error of input and output', async () => {
    const folder = await scratch('dead');
    const socket = join(folder, 'left.sock');
    const file = join(folder, 'file');
    await writeFile(file, '');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    const before = await runBinary(binary, addEnvironment, configuration({ serverSocket: file }));
    expect(document(before)).toMatchObject({ code: 11 });
    await new Promise((resolve) => server.close(resolve));
    const after = await runBinary(binary, addEnvironment, configuration({ serverSocket: socket }));
    expect(document(after)).toMatchObject({ code: 11 });
    const long = await runBinary(binary, addEnvironment, configuration({ serverSocket: `/tmp/${'x'.repeat(200)}` }));
    expect(document(long)).toMatchObject({ code: 5 });
  });

  it('VERSION answers', async () => {
    for (const [stdin, cniVersion] of [
      ['{"cniVersion":"0.4.0"}', '0.4.0'],
      ['', '1.1.0'],
      ['{"cniVersion":"9.9.9"}', '1.1.0'],
    ] as const) {
      const run = await runBinary(binary, { CNI_COMMAND: 'VERSION' }, stdin);
      expect(run.exitCode).toBe(0);
      expect(document(run)).toEqual({
        cniVersion,
        supportedVersions: ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'],
      });
    }
  });
});

describe('bad requests', () => {
  it.each<[string, Record<string, string>, string | Uint8Array, number, string]>([
    ['no container', { CNI_CONTAINERID: '' }, '{}', 4, 'CNI_CONTAINERID'],
    ['no namespace', { CNI_NETNS: '' }, '{}', 4, 'CNI_NETNS'],
    ['no interface', { CNI_IFNAME: '' }, '{}', 4, 'CNI_IFNAME'],
    ['a strange command', { CNI_COMMAND: 'UPDATE' }, '{}', 4, 'CNI_COMMAND'],
    ['no input', {}, '', 6, 'empty'],
    ['half a document', {}, '{"cniVersion": "1.1.0", "na', 6, 'JSON'],
    ['bytes that are no text', {}, new Uint8Array([0x7b, 0xff, 0x7d]), 6, 'UTF-8'],
    ['a version of the future', {}, '{"cniVersion":"9.9.9","name":"n","type":"t"}', 1, '9.9.9'],
    ['no name', {}, '{"cniVersion":"1.1.0","type":"t"}', 7, 'name'],
    ['a relative socket', {}, '{"cniVersion":"1.1.0","name":"n","type":"t","serverSocket":"x"}', 7, 'serverSocket'],
    ['GC of an old version', { CNI_COMMAND: 'GC' }, '{"cniVersion":"1.0.0","name":"n","type":"t"}', 1, 'GC'],
    [
      'GC without its list',
      { CNI_COMMAND: 'GC' },
      '{"cniVersion":"1.1.0","name":"n","type":"t"}',
      7,
      'valid-attachments',
    ],
  ])('%s', async (_name, env, stdin, code, words) => {
    const run = await runBinary(binary, { ...addEnvironment, ...env }, stdin);
    expect(run.exitCode).toBe(1);
    expect(document(run)).toMatchObject({ code });
    expect(run.stdout).toContain(words);
  });

  it('--help is usage; no CNI_COMMAND is usage for people and an error for programs', async () => {
    const help = await runBinary(binary, {}, '', ['--help']);
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    expect(help.stdout).toContain('CNI_CONTAINERID');
    const bare = await runBinary(binary, {}, '');
    expect(bare.exitCode).toBe(1);
    expect(bare.stderr).toContain('CNI_CONTAINERID');
    expect(document(bare)).toMatchObject({ code: 4 });
  });
});
