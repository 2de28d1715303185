// The Connector over node:net and node:tls, against real sockets on loopback.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import tls from 'node:tls';
import { createNodeConnector, lookupAddresses, nodeConnector } from '../../src/connection/connector.ts';
import { DefaultEndPoint, UnixSocketEndPoint } from '../../src/connection/endpoint.ts';
import { ConnectionError } from '../../src/errors.ts';
import { AUTHORITY, EXPIRED_CERTIFICATE, KEY, LOCAL_CERTIFICATE, OTHER_CERTIFICATE } from './certificates.ts';
import type { TestContext } from 'node:test';
import type { ConnectRequest } from '../../src/connection/connector.ts';
import type { EndPoint } from '../../src/connection/endpoint.ts';
import type { DuplexBytes } from '../../src/connection/duplex-bytes.ts';
import type { TlsOptions } from '../../src/connection/tls.ts';

/** Listens until the test is over, then destroys what is still connected. */
async function listening(
  t: TestContext,
  server: net.Server,
  at: net.ListenOptions = { port: 0, host: '127.0.0.1' },
): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(at, resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function echo(socket: net.Socket): void {
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => socket.write(chunk));
}

async function connected(t: TestContext, endPoint: EndPoint, more: Partial<ConnectRequest> = {}): Promise<DuplexBytes> {
  const socket = await nodeConnector.connect({ endPoint, signal: new AbortController().signal, ...more });
  t.after(() => socket.destroy());
  return socket;
}

/** What comes back for these bytes, once it is as long as they are. */
function echoed(socket: DuplexBytes, sent: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    socket.onClose((error) => reject(error ?? new Error('closed')));
    socket.onData((chunk) => {
      chunks.push(chunk.slice());
      length += chunk.length;
      if (length >= sent.length) resolve(Buffer.concat(chunks));
    });
    socket.write(sent);
  });
}

function refusal(message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ConnectionError, String(error));
    assert.match(error.message, message);
    assert.equal(error.maybeApplied, false);
    return true;
  };
}

test('sends and receives bytes, more than a read buffer holds', async (t) => {
  const port = await listening(t, net.createServer(echo));
  const socket = await connected(t, new DefaultEndPoint('127.0.0.1', port));
  const sent = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) & 0xff);

  const received = await echoed(socket, sent);

  assert.ok(Buffer.from(sent).equals(received));
});

test('keeps what comes before anybody listens', async (t) => {
  const server = net.createServer((socket) => {
    socket.write('early');
    setTimeout(() => socket.write('LATER'), 30);
  });
  const port = await listening(t, server);
  const socket = await connected(t, new DefaultEndPoint('127.0.0.1', port));
  await new Promise((resolve) => setTimeout(resolve, 100));

  const texts: string[] = [];
  socket.onData((chunk) => texts.push(Buffer.from(chunk).toString()));

  assert.equal(texts.join(''), 'earlyLATER');
});

test('tells once that the peer is gone, also who asks late', async (t) => {
  const port = await listening(
    t,
    net.createServer((socket) => socket.end()),
  );
  const socket = await connected(t, new DefaultEndPoint('127.0.0.1', port));
  await new Promise((resolve) => setTimeout(resolve, 50));

  const error = await new Promise((resolve) => socket.onClose(resolve));

  assert.equal(error, undefined);
});

test('tells why the connection was lost', async (t) => {
  const port = await listening(
    t,
    net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
  );
  const socket = await connected(t, new DefaultEndPoint('127.0.0.1', port));
  socket.write(Uint8Array.of(1));

  const error = await new Promise<Error | undefined>((resolve) => socket.onClose(resolve));

  assert.equal((error as NodeJS.ErrnoException | undefined)?.code, 'ECONNRESET');
});

test('asks to wait when the peer does not read, and says when to go on', async (t) => {
  const peers: net.Socket[] = [];
  const port = await listening(
    t,
    net.createServer((socket) => peers.push(socket.pause())),
  );
  const socket = await connected(t, new DefaultEndPoint('127.0.0.1', port));
  const drained = new Promise<void>((resolve) => socket.onDrain(resolve));

  let writes = 1;
  while (socket.write(new Uint8Array(100_000)) && writes < 1000) writes++;
  for (const peer of peers) peer.resume();

  assert.ok(writes < 1000);
  await drained;
});

test('connects from the port that is asked for', async (t) => {
  const seen: (number | undefined)[] = [];
  const port = await listening(
    t,
    net.createServer((socket) => seen.push(socket.remotePort)),
  );

  // Another process may hold any of these ports, but hardly all of them.
  const candidates = Array.from({ length: 20 }, (_, i) => 49_152 + ((process.pid * 31 + i * 577) % 16_000));
  const used = await firstOf(candidates, (localPort) =>
    connected(t, new DefaultEndPoint('127.0.0.1', port), { localPort }),
  );
  await new Promise((resolve) => setTimeout(resolve, 20));

  assert.deepEqual(seen, [used]);
});

test('says which error of the system it was when the port to connect from is taken', async (t) => {
  const port = await listening(t, net.createServer());

  await assert.rejects(connected(t, new DefaultEndPoint('127.0.0.1', port), { localPort: port }), (error: unknown) => {
    assert.ok(error instanceof ConnectionError);
    assert.equal((error.cause as NodeJS.ErrnoException).code, 'EADDRINUSE');
    return true;
  });
});

async function firstOf(ports: readonly number[], connect: (port: number) => Promise<unknown>): Promise<number> {
  for (const port of ports) {
    try {
      await connect(port);
      return port;
    } catch (error) {
      const cause = (error as Error).cause as NodeJS.ErrnoException;
      if (cause.code !== 'EADDRINUSE') throw error;
    }
  }
  return assert.fail('all ports are taken');
}

test('connects to a Unix socket', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferrocql-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'cql.sock');
  await listening(t, net.createServer(echo), { path: file });

  const socket = await connected(t, new UnixSocketEndPoint(file));

  assert.deepEqual([...(await echoed(socket, Uint8Array.of(1, 2, 3)))], [1, 2, 3]);
});

test('names host and reason when nobody listens', async (t) => {
  const server = net.createServer();
  const port = await listening(t, server);
  await new Promise((resolve) => server.close(resolve));

  await assert.rejects(
    connected(t, new DefaultEndPoint('127.0.0.1', port)),
    refusal(/^no connection to 127\.0\.0\.1:\d+: .*ECONNREFUSED/),
  );
});

test('names the host that has no address', async (t) => {
  await assert.rejects(
    connected(t, new DefaultEndPoint('no-such-host.invalid')),
    refusal(/no-such-host\.invalid:9042: .*(ENOTFOUND|EAI_AGAIN)/),
  );
  await assert.rejects(
    lookupAddresses('no-such-host.invalid'),
    refusal(/"no-such-host\.invalid" could not be looked up/),
  );
});

test('looks up every address of a name', async () => {
  assert.ok((await lookupAddresses('localhost')).some((address) => address === '127.0.0.1' || address === '::1'));
});

test('opens nothing when it is given up, and leaves nothing', async (t) => {
  let greet: () => void = () => undefined;
  const greeted = new Promise<void>((resolve) => (greet = resolve));
  const silent = net.createServer((socket) => socket.once('data', greet));
  const port = await listening(t, silent);
  const controller = new AbortController();
  const connecting = connected(t, new DefaultEndPoint('127.0.0.1', port), { tls: {}, signal: controller.signal });
  await greeted;

  controller.abort(new Error('enough'));

  await assert.rejects(connecting, refusal(/given up during the TLS handshake/));
  await assert.rejects(
    connected(t, new DefaultEndPoint('127.0.0.1', port), { signal: AbortSignal.abort() }),
    refusal(/given up/),
  );
});

test('takes socket options', async (t) => {
  const port = await listening(t, net.createServer(echo));
  const connector = createNodeConnector({ noDelay: false, keepAlive: false });

  const socket = await connector.connect({
    endPoint: new DefaultEndPoint('127.0.0.1', port),
    signal: new AbortController().signal,
  });
  t.after(() => socket.destroy());

  assert.deepEqual([...(await echoed(socket, Uint8Array.of(9)))], [9]);
});

const trusted: TlsOptions = { ca: AUTHORITY };
const accepted: readonly (readonly [what: string, certificate: string, host: string, options: TlsOptions])[] = [
  ['the address it has', LOCAL_CERTIFICATE, '127.0.0.1', trusted],
  ['the name it has', LOCAL_CERTIFICATE, 'localhost', trusted],
  ['the name that is asked for instead', OTHER_CERTIFICATE, '127.0.0.1', { ...trusted, servername: 'node7.example' }],
  ['another name that is not checked', OTHER_CERTIFICATE, '127.0.0.1', { ...trusted, checkHostname: false }],
  ['anything where nothing is verified', EXPIRED_CERTIFICATE, '127.0.0.1', { insecureSkipVerify: true }],
];

for (const [what, cert, host, options] of accepted) {
  test(`accepts a certificate for ${what}`, async (t) => {
    const port = await listening(t, tls.createServer({ key: KEY, cert }, echo));

    const socket = await connected(t, new DefaultEndPoint(host, port), { tls: options });

    assert.deepEqual([...(await echoed(socket, Uint8Array.of(1, 2)))], [1, 2]);
  });
}

const refused: readonly (readonly [what: string, certificate: string, options: TlsOptions, message: RegExp])[] = [
  [
    'an authority that is not trusted',
    LOCAL_CERTIFICATE,
    {},
    /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY/,
  ],
  ['another name', OTHER_CERTIFICATE, trusted, /ERR_TLS_CERT_ALTNAME_INVALID/],
  [
    'another name than the one asked for',
    LOCAL_CERTIFICATE,
    { ...trusted, servername: 'node7.example' },
    /ERR_TLS_CERT_ALTNAME_INVALID/,
  ],
  ['a time that is over', EXPIRED_CERTIFICATE, trusted, /CERT_HAS_EXPIRED/],
  [
    'a time that is over, also where names are not checked',
    EXPIRED_CERTIFICATE,
    { ...trusted, checkHostname: false },
    /CERT_HAS_EXPIRED/,
  ],
];

for (const [what, cert, options, message] of refused) {
  test(`refuses a certificate of ${what}, and sends it nothing`, async (t) => {
    let received = 0;
    const server = tls.createServer({ key: KEY, cert }, (socket) =>
      socket.on('data', (chunk: Buffer) => (received += chunk.length)),
    );
    const port = await listening(t, server);

    await assert.rejects(connected(t, new DefaultEndPoint('127.0.0.1', port), { tls: options }), refusal(message));

    assert.equal(received, 0);
  });
}

test('says that a server speaks no TLS', async (t) => {
  const port = await listening(
    t,
    net.createServer((socket) => socket.write(Uint8Array.of(0x84, 0, 0, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4))),
  );

  await assert.rejects(
    connected(t, new DefaultEndPoint('127.0.0.1', port), { tls: trusted }),
    refusal(/the server does not speak TLS/),
  );
});

test('refuses options that turn verification off by another name', async (t) => {
  const connecting = connected(t, new DefaultEndPoint('127.0.0.1', 1), {
    tls: { rejectUnauthorized: false } as object,
  });

  await assert.rejects(connecting, { name: 'InvalidArgumentError', field: 'tls.rejectUnauthorized' });
});
