import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { CniError, type ErrorCode, errorNumbers, parseResult, type Result } from '@ovnkube/cni';
import vectors from '@ovnkube/cni/vectors/server-exchanges.json' with { type: 'json' };
import { scratch } from '@ovnkube/testing';
import { describe, expect, it } from 'vitest';
import { publishConfiguration, withdrawConfiguration } from '../../src/cni/configuration-file.ts';
import { type CniHandler, type CniRequestReport, startCniServer } from '../../src/cni/server.ts';

/** POST as the plugin does. */
function post(socketPath: string, body: string, path = '/'): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ socketPath, path, method: 'POST' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.once('error', reject);
    request.end(body);
  });
}

const bodyOf = (command: string, environment: object = {}, configuration: object = {}): string =>
  JSON.stringify({
    env: { ...vectors.environment, ...environment, CNI_COMMAND: command },
    config: Buffer.from(JSON.stringify({ ...vectors.configuration, ...configuration })).toString('base64'),
  });

const nameOf = (number: number): ErrorCode => {
  for (const [name, value] of Object.entries(errorNumbers)) if (value === number) return name as ErrorCode;
  throw new Error(`no error ${number}`);
};

const socketIn = async (): Promise<string> => join(await scratch('cni'), 'cni', 'ovn-cni-server.sock');

describe('the CNI server', () => {
  it.each(vectors.exchanges)('answers as the plugin expects: $name', async (exchange) => {
    const { body, status } = exchange.answer;
    const handle: CniHandler = () => {
      if ('code' in body) {
        const { details } = { details: undefined, ...body };
        return Promise.reject(new CniError(nameOf(Number(body.code)), String(body.msg), details ? { details } : {}));
      }
      const result: Result | undefined = 'Result' in body && body.Result ? parseResult(body.Result) : undefined;
      return Promise.resolve(result);
    };
    const socket = await socketIn();
    const server = await startCniServer({ socket, handle });
    const answer = await post(socket, bodyOf(exchange.command, exchange.environment, exchange.configuration));
    await server.close();
    expect({ status: answer.status, body: JSON.parse(answer.text) }).toEqual({ status, body });
  });

  it('is open to root alone', async () => {
    const socket = await socketIn();
    const server = await startCniServer({ socket, handle: () => Promise.resolve(undefined) });
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    expect((await stat(join(socket, '..'))).mode & 0o777).toBe(0o700);
    await expect(startCniServer({ socket, handle: () => Promise.resolve(undefined) })).rejects.toThrow(
      'another process',
    );
    await server.close();
  });

  it('takes the place of a server that was killed', async () => {
    const socket = await socketIn();
    await mkdir(join(socket, '..'), { recursive: true });
    await writeFile(socket, '');
    const server = await startCniServer({ socket, handle: () => Promise.resolve(undefined) });
    expect((await post(socket, bodyOf('DEL'))).status).toBe(200);
    await server.close();
  });

  it.each<[string, string, number, string]>([
    ['nothing', '', 6, 'empty'],
    ['half of it', '{"env":', 6, 'JSON'],
    ['no env', '{"config":""}', 6, 'env'],
    ['no base64', '{"env":{},"config":"*"}', 6, 'config'],
    ['no command', '{"env":{},"config":""}', 4, 'CNI_COMMAND'],
    ['a GC without its list', bodyOf('GC'), 7, 'valid-attachments'],
    ['too much', 'x'.repeat((1 << 20) + 1), 6, 'longer'],
  ])('refuses %s', async (_name, body, code, words) => {
    const socket = await socketIn();
    const server = await startCniServer({ socket, handle: () => Promise.resolve(undefined) });
    const { status, text } = await post(socket, body);
    await server.close();
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ code, msg: expect.stringContaining(words) });
  });

  it('aborts when the plugin goes, when its time is up, and when it stops', async () => {
    const socket = await socketIn();
    const reasons: unknown[] = [];
    const reports: CniRequestReport[] = [];
    let begun = (): void => undefined;
    const handle: CniHandler = (_environment, _configuration, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          reject(signal.reason);
        });
        begun();
      });
    let reported = (): void => undefined;
    const onRequest = (report: CniRequestReport): void => {
      reports.push(report);
      reported();
    };
    const server = await startCniServer({ socket, handle, onRequest, timeoutMs: 200 });

    const ended = new Promise<void>((resolve) => {
      reported = resolve;
    });
    const plugin = connect(socket);
    await once(plugin, 'connect');
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const body = bodyOf('ADD');
    plugin.write(`POST / HTTP/1.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await started;
    plugin.destroy();
    await ended;
    expect(String(reasons[0])).toContain('gave the request up');
    expect(reports[0]).toMatchObject({ command: 'ADD', pod: 'default/web-0', containerId: 'f00dfacef00dface' });

    expect((await post(socket, body)).status).toBe(400);
    expect(String(reasons[1])).toContain('TimeoutError');

    begun = () => void server.close();
    expect((await post(socket, body)).text).toContain('is stopping');
  });
});

describe('the configuration file', () => {
  it('appears whole, is left alone when right, and can be withdrawn', async () => {
    const folder = await scratch('net.d');
    expect(await publishConfiguration({ folder, socket: '/run/a.sock' })).toBe(true);
    expect(await publishConfiguration({ folder, socket: '/run/a.sock' })).toBe(false);
    expect(await readdir(folder)).toEqual(['10-ovn-kubernetes.conf']);
    expect(JSON.parse(await readFile(join(folder, '10-ovn-kubernetes.conf'), 'utf8'))).toEqual({
      cniVersion: '1.1.0',
      name: 'ovn-kubernetes',
      type: 'ovn-k8s-cni-overlay',
      serverSocket: '/run/a.sock',
    });
    expect(await publishConfiguration({ folder, socket: '/run/b.sock' })).toBe(true);
    await withdrawConfiguration({ folder });
    await withdrawConfiguration({ folder });
    expect(await readdir(folder)).toEqual([]);
  });
});
