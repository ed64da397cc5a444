// SPDX-License-Identifier: MIT
// cut.mjs before|after URL: a way to a server, on a port of its own (printed), on which the first write that is meant
// to last is cut off: before it gets to the server, or after the server has answered. All else passes.
import net from 'node:net';

const [when, url] = process.argv.slice(2);
const { hostname, port } = new URL(url);
let done = false;

function isWrite(chunk) {
  const head = chunk.toString('latin1');
  return head.startsWith('POST ') && !/^prefer:.*tx=rollback/im.test(head);
}

const server = net.createServer((client) => {
  const upstream = net.connect(port, hostname);
  let doomed = false;
  const end = () => { client.destroy(); upstream.destroy(); };
  client.on('data', (chunk) => {
    if (!done && isWrite(chunk)) {
      done = doomed = true;
      if (when === 'before') return end();
    }
    upstream.write(chunk);
  });
  upstream.on('data', (chunk) => (doomed ? end() : client.write(chunk)));
  for (const socket of [client, upstream]) socket.on('close', end).on('error', end);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
