// SPDX-License-Identifier: MIT
// A server on loopback that answers everything with an empty list and keeps what it was asked, by side
// (the first part of the path) and chain (the header X-Chain).
import http from 'node:http';

const confirms = (request) => /\btx=rollback\b/.test(request.headers.prefer ?? '');

function answer(request, response) {
  const headers = { 'Content-Type': 'application/json', 'Content-Range': '*/0' };
  if (confirms(request)) headers['Preference-Applied'] = 'tx=rollback';
  response.writeHead(200, headers);
  response.end('[]');
}

export class Recorder {
  #asked = new Map();
  #server = http.createServer({ keepAliveTimeout: 60_000, noDelay: true }, (request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      this.#keep(request, Buffer.concat(pieces).toString());
      answer(request, response);
    });
  });

  #keep(request, body) {
    const [, side, path, query] = /^\/([^/]*)([^?]*)\??(.*)$/.exec(request.url);
    const key = `${side}/${request.headers['x-chain']}`;
    if (!this.#asked.has(key)) this.#asked.set(key, []);
    this.#asked.get(key).push({ method: request.method, path, query, headers: request.headers, body });
  }

  // Listens; the URL.
  async start() {
    await new Promise((ready) => this.#server.listen(0, '127.0.0.1', ready));
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  // What a side asked for a chain, in order.
  asked(side, id) {
    return this.#asked.get(`${side}/${id}`) ?? [];
  }

  stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
