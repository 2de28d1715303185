// What a user meets before the first query: nobody there, somebody else there, silence, a wrong password. Each is one typed
// error that names what was found and where, within the deadline, and leaves nothing open.

import { strict as assert } from 'node:assert';
import net from 'node:net';
import { test, type TestContext } from 'node:test';
import {
  AuthenticationFailedError,
  Cluster,
  DriverError,
  InvalidArgumentError,
  NoHostAvailableError,
  ProtocolVersionUnsupportedError,
  type ClusterOptions,
} from '../../src/index.ts';
import { PASSWORD_AUTHENTICATOR } from './harness/fake-server-options.ts';
import { FakeServer } from './harness/fake-server.ts';

const CONNECT_TIMEOUT_MS = 300;

/** A server that does this with every socket, until the test ends. */
async function serverThat(t: TestContext, onSocket: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as net.AddressInfo).port;
}

/** The error of connecting, and a cluster that is shut down afterwards. */
async function connectError(options: ClusterOptions): Promise<unknown> {
  const cluster = new Cluster({ connectTimeout: CONNECT_TIMEOUT_MS, logger: 'off', ...options });
  try {
    await cluster.connect();
    return null;
  } catch (error) {
    return error;
  } finally {
    await cluster.shutdown();
  }
}

async function causeAt(port: number, options: ClusterOptions = {}): Promise<Error> {
  const error = await connectError({ contactPoints: [`127.0.0.1:${port}`], ...options });
  assert(DriverError.isDriverError(error), String(error));
  assert.equal(error.maybeApplied, false);
  if (!(error instanceof NoHostAvailableError)) return error;
  const cause = error.errors.get(`127.0.0.1:${port}`);
  assert(cause !== undefined && error.message.includes(cause.message));
  return cause;
}

test('a port where nobody listens is named with the reason of the operating system', async () => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  assert.match((await causeAt(port)).message, /ECONNREFUSED/);
});

for (const [what, bytes, pattern] of [
  ['an HTTP server', 'HTTP/1.1 400 Bad Request\r\n\r\n', /HTTP/],
  ['an SSH server', 'SSH-2.0-OpenSSH_9.2\r\n', /SSH/],
  ['a TLS server', Buffer.from('15030300020246', 'hex'), /TLS/],
  ['random bytes', Buffer.from('c0ffee00d15ea5e5c0ffee00d15ea5e5', 'hex'), /./],
] as const) {
  test(`${what} on the port is recognised`, async (t) => {
    const port = await serverThat(t, (socket) => socket.once('data', () => socket.write(bytes)));
    assert.match((await causeAt(port)).message, pattern);
  });
}

test('a server that accepts and says nothing costs the connect timeout', async (t) => {
  const port = await serverThat(t, () => undefined);
  assert.match((await causeAt(port)).message, new RegExp(`within ${CONNECT_TIMEOUT_MS} ms.*said nothing`));
});

test('a server that closes at once is no reason to wait', async (t) => {
  const port = await serverThat(t, (socket) => socket.end());
  assert.match((await causeAt(port)).message, /closed by the server/);
});

test('every contact point is asked and named', async (t) => {
  const silent = await serverThat(t, () => undefined);
  const http = await serverThat(t, (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const error = await connectError({ contactPoints: [`127.0.0.1:${silent}`, `127.0.0.1:${http}`] });
  assert(error instanceof NoHostAvailableError);
  assert.deepEqual([...error.errors.keys()], [`127.0.0.1:${silent}`, `127.0.0.1:${http}`]);
});

async function authenticated(t: TestContext): Promise<string[]> {
  const server = await FakeServer.start({
    auth: { authenticator: PASSWORD_AUTHENTICATOR, username: 'ada', password: 'lovelace' },
  });
  t.after(() => server.stop());
  return [`127.0.0.1:${server.port}`];
}

test('the right password opens the door', async (t) => {
  const contactPoints = await authenticated(t);
  assert.equal(await connectError({ contactPoints, credentials: { username: 'ada', password: 'lovelace' } }), null);
});

test('a wrong password is an authentication failure, in which the password is not told', async (t) => {
  const contactPoints = await authenticated(t);
  const error = await connectError({ contactPoints, credentials: { username: 'ada', password: 'S3cr3t-canary' } });
  assert(error instanceof AuthenticationFailedError);
  assert.doesNotMatch(`${error.stack ?? ''}${JSON.stringify(error)}`, /canary/);
});

test('a server that asks for a password nobody gave says so', async (t) => {
  const error = await connectError({ contactPoints: await authenticated(t) });
  assert(error instanceof AuthenticationFailedError);
  assert.match(error.message, /authProvider/);
});

test('a version that the server does not speak is refused without downgrade when it was given', async (t) => {
  const server = await FakeServer.start({ versions: [3, 4] });
  t.after(() => server.stop());
  const contactPoints = [`127.0.0.1:${server.port}`];
  const error = await connectError({ contactPoints, protocolVersion: 5 });
  assert(error instanceof ProtocolVersionUnsupportedError, String(error));
  assert.equal(await connectError({ contactPoints }), null);
});

for (const highest of [3, 4, 5] as const) {
  test(`negotiates down to v${highest} where the server speaks no more`, async (t) => {
    const server = await FakeServer.start({ versions: [3, 4, 5].filter((version) => version <= highest) });
    t.after(() => server.stop());
    const cluster = new Cluster({ contactPoints: [`127.0.0.1:${server.port}`] });
    t.after(() => cluster.shutdown());
    await cluster.connect();
    assert.equal(cluster.protocolVersion, highest);
  });
}

test('options that are wrong are refused before anything is opened', () => {
  for (const [options, field] of [
    [{ contactPoints: [] }, 'contactPoints'],
    [{ port: 0 }, 'port'],
    [{ protocolVersion: 6 }, 'protocolVersion'],
    [{ compression: 'zip' }, 'compression'],
    [{ connectTimeout: -1 }, 'connectTimeout'],
    [{ requestTimeout: NaN }, 'requestTimeout'],
    [{ contactPoint: ['a'] }, 'contactPoint'],
    [{ protocolVersion: 5, compression: 'snappy' }, 'compression'],
  ] as const) {
    assert.throws(
      () => new Cluster(options as unknown as ClusterOptions),
      (error) => error instanceof InvalidArgumentError && error.field === field,
      field,
    );
  }
});

test('an abort ends connecting with its reason', async (t) => {
  const port = await serverThat(t, () => undefined);
  const cluster = new Cluster({ contactPoints: [`127.0.0.1:${port}`], logger: 'off' });
  t.after(() => cluster.shutdown());
  const reason = new Error('enough');
  await assert.rejects(cluster.connect(undefined, { signal: AbortSignal.timeout(20) }), { name: 'TimeoutError' });
  await assert.rejects(cluster.connect(undefined, { signal: AbortSignal.abort(reason) }), reason);
});
