/**
 * The program of the lab's agnhost containers, as far as the lab's checks need it: `GET /hostname` answers with the pod's
 * name, `GET /clientip` with the address and port of the caller. Arguments: name, TCP port.
 */
import { writeSync } from 'node:fs';
import { createServer } from 'node:http';

const [name = 'pod', port = '8080'] = process.argv.slice(2);

const server = createServer((request, response) => {
  const { remoteAddress = '', remotePort = 0 } = request.socket;
  const text = request.url === '/clientip' ? `${remoteAddress.replace(/^::ffff:/, '')}:${remotePort}` : name;
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.end(text);
});

server.listen({ port: Number(port), host: '::' }, () => {
  // File descriptor 3: see background.ts.
  writeSync(3, 'ready\n');
});
