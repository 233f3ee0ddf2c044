/**
 * Run inside a pod's namespace: tries every address of the arguments with an ICMP echo request and with `GET /hostname` on
 * port 8080, and prints what answered as JSON. Both are tried a few times, because the first packet to a new neighbour waits for ARP.
 */
import { spawn } from 'node:child_process';
import { get } from 'node:http';

function ping(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('ping', ['-n', '-q', '-c', '1', '-i', '0.2', '-w', '3', address], { stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

function http(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host, port: 8080, path: '/hostname', timeout: 5000, agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
    request.once('close', () => resolve(false));
  });
}

const addresses = process.argv.slice(2);
const results = await Promise.all(
  addresses.map(async (address) => {
    const [pinged, fetched] = await Promise.all([ping(address), http(address)]);
    return { address, ping: pinged, http: fetched };
  }),
);
console.log(JSON.stringify(results));
