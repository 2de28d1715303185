// The connections of one host: how many there are, which one is lent, and what happens when one is lost or worn out.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { DefaultEndPoint } from '../../../src/connection/endpoint.ts';
import {
  AuthenticationFailedError,
  ConnectionError,
  ConnectionShutdownError,
  NoConnectionsAvailableError,
} from '../../../src/errors.ts';
import { Opcode } from '../../../src/protocol/opcodes.ts';
import { frameOf } from '../connection/fake-core.ts';
import { RecordingHandler, type Fixture } from '../connection/fixture.ts';
import { PoolFixture, RecordingWaiter, turn } from './pool-fixture.ts';

const QUERY = frameOf(Opcode.QUERY);

/** Sends requests that get no answer. */
function occupy(fixture: Fixture, count: number): void {
  for (let i = 0; i < count; i++) assert(fixture.connection.send(QUERY, new RecordingHandler(), 0) > 0);
  fixture.endTurn();
}

/** Sends a request, gives it up, and returns its stream id. */
function orphan(fixture: Fixture): number {
  const handler = new RecordingHandler();
  const stream = fixture.connection.send(QUERY, handler, 0);
  fixture.endTurn();
  assert.equal(fixture.connection.abandon(stream, handler), true);
  return stream;
}

test('a pool opens its connections one after another, and is usable with the first', async () => {
  const fixture = new PoolFixture({ size: 3 });
  const connected = fixture.pool.connect();
  const filled = fixture.pool.fill();
  assert.equal(fixture.tries, 1);
  await fixture.succeed();
  await connected;
  assert.equal(fixture.pool.isConnected, true);
  assert.equal(fixture.tries, 2);
  await fixture.succeed();
  await fixture.succeed();
  await filled;
  assert.equal(fixture.tries, 3);
  assert.equal(fixture.pool.connections.length, 3);
  assert.equal(fixture.host.openConnections, 3);
});

test('lends the connection with the fewest requests', async () => {
  const fixture = new PoolFixture({ size: 3 });
  await fixture.fill();
  const [a, b, c] = fixture.opened;
  assert(a !== undefined && b !== undefined && c !== undefined);
  occupy(a, 2);
  occupy(b, 3);
  occupy(c, 1);
  assert.equal(fixture.pool.borrow(), c.connection);
  occupy(c, 3);
  assert.equal(fixture.pool.borrow(), a.connection);
  occupy(a, 2);
  occupy(b, 1);
  assert.equal(fixture.pool.borrow(), null);
});

test('lends a suspect connection only where there is no other, and asks the others when one is suspect', async () => {
  const fixture = new PoolFixture({ size: 3 });
  await fixture.fill(4);
  const [a, b, c] = fixture.opened;
  assert(a !== undefined && b !== undefined && c !== undefined);
  occupy(b, 2);
  occupy(c, 4);
  a.connection.suspect();
  assert.deepEqual(
    fixture.probed,
    fixture.opened.map(({ connection }) => connection),
  );
  assert.deepEqual([fixture.pool.isSuspect, fixture.pool.state().suspect], [false, 1]);
  assert.equal(fixture.pool.borrow(), b.connection);
  occupy(b, 2);
  assert.equal(fixture.pool.borrow(), null);
  b.connection.suspect();
  c.connection.suspect();
  assert.deepEqual([fixture.pool.isSuspect, fixture.pool.state().suspect], [true, 3]);
  assert.equal(fixture.pool.borrow(), a.connection);
  c.receive([]);
  assert.deepEqual([fixture.pool.isSuspect, fixture.pool.state().suspect], [false, 2]);
});

test('those in line hear that the host is suspect when its last connection is', async () => {
  const fixture = new PoolFixture({ size: 2 });
  await fixture.fill(1);
  const [a, b] = fixture.opened;
  assert(a !== undefined && b !== undefined);
  for (const each of [a, b]) occupy(each, 1);
  const waiters = [new RecordingWaiter(), new RecordingWaiter()];
  for (const waiter of waiters) fixture.pool.wait(waiter);
  a.connection.suspect();
  const suspicions = (): number[] => waiters.map((waiter) => waiter.suspicions);
  assert.deepEqual(suspicions(), [0, 0]);
  b.connection.suspect();
  assert.deepEqual(suspicions(), [1, 1]);
  assert.equal(fixture.pool.state().queued, 2);
});

test('a lost connection among several is filled up by the schedule, and the host stays up', async () => {
  const fixture = new PoolFixture({ size: 3 });
  await fixture.fill();
  fixture.opened[1]?.socket.end();
  assert.equal(fixture.pool.connections.length, 2);
  assert.deepEqual(fixture.downs, []);
  assert.deepEqual(
    fixture.probed,
    [0, 2].map((index) => fixture.opened[index]?.connection),
  );
  fixture.opened[0]?.socket.end();
  assert.equal(fixture.tries, 3);
  fixture.clock.advance(200);
  assert.equal(fixture.tries, 4);
  await fixture.fill();
  assert.equal(fixture.tries, 5);
  assert.equal(fixture.pool.connections.length, 3);
});

test('the last connection lost makes the host down, and those in line go elsewhere', async () => {
  const fixture = new PoolFixture();
  await fixture.fill(1);
  const [only] = fixture.opened;
  assert(only !== undefined);
  occupy(only, 1);
  const waiter = new RecordingWaiter();
  fixture.pool.wait(waiter);
  only.socket.end();
  assert.equal(fixture.downs.length, 1);
  assert(waiter.errors[0] instanceof NoConnectionsAvailableError);
  assert.equal(waiter.errors[0].maybeApplied, false);
  assert.deepEqual([fixture.line.length, fixture.line.bytes], [0, 0]);
  assert.equal(fixture.host.openConnections, 0);
});

test('a connection with too many orphans is replaced without a gap, and drains', async () => {
  const fixture = new PoolFixture();
  await fixture.fill(4);
  const [worn] = fixture.opened;
  assert(worn !== undefined);
  orphan(worn);
  const pending = new RecordingHandler();
  worn.connection.send(QUERY, pending, 0);
  worn.endTurn();
  assert.equal(fixture.tries, 2);
  assert.equal(fixture.pool.borrow(), worn.connection);
  const fresh = await fixture.succeed(4);
  assert.equal(fixture.pool.borrow(), fresh.connection);
  assert.deepEqual([worn.connection.isClosed, worn.connection.isDraining], [false, true]);
  assert.equal(fixture.pool.connections.length, 1);
  worn.connection.abandon(2, pending);
  assert.equal(worn.connection.isClosed, true);
  assert.deepEqual(fixture.downs, []);
});

test('a worn connection goes on while no other can be opened', async () => {
  const fixture = new PoolFixture();
  await fixture.fill(4);
  const [worn] = fixture.opened;
  assert(worn !== undefined);
  orphan(worn);
  await fixture.fail();
  assert.deepEqual(fixture.downs, []);
  assert.equal(fixture.pool.borrow(), worn.connection);
  fixture.clock.advance(100);
  await fixture.succeed();
  assert.equal(worn.connection.isClosed, true);
});

test('a host that moves keeps its connections until those to its new address are open', async () => {
  const fixture = new PoolFixture({ size: 2 });
  await fixture.fill();
  const { hostId, tokens, datacenter, rack, releaseVersion, broadcastAddress, listenAddress } = fixture.host;
  const endpoint = new DefaultEndPoint('127.0.0.9', 9042);
  fixture.host.update({
    ...{ endpoint, hostId, tokens, datacenter, rack, releaseVersion, broadcastAddress, listenAddress },
  });
  fixture.pool.update(2);
  assert.equal(fixture.pool.connections.length, 2);
  await fixture.fill();
  assert.deepEqual(
    fixture.pool.connections.map(({ endPoint }) => endPoint.address),
    ['127.0.0.9', '127.0.0.9'],
  );
  assert.deepEqual(
    fixture.opened.map(({ connection }) => connection.isClosed),
    [true, true, false, false],
  );
  assert.equal(fixture.host.openConnections, 2);
});

test('a connection that was on its way to an old address is replaced at once', async () => {
  const fixture = new PoolFixture();
  void fixture.pool.fill();
  const { hostId, tokens, datacenter, rack, releaseVersion, broadcastAddress, listenAddress } = fixture.host;
  const endpoint = new DefaultEndPoint('127.0.0.9', 9042);
  fixture.host.update({
    ...{ endpoint, hostId, tokens, datacenter, rack, releaseVersion, broadcastAddress, listenAddress },
  });
  fixture.pool.update(1);
  await fixture.succeed();
  assert.equal(fixture.tries, 2);
  await fixture.succeed();
  assert.deepEqual(
    fixture.pool.connections.map(({ endPoint }) => endPoint.address),
    ['127.0.0.9'],
  );
});

test('follows how many connections are wanted, both ways', async () => {
  const fixture = new PoolFixture();
  await fixture.fill();
  fixture.pool.update(3);
  await fixture.fill();
  assert.equal(fixture.pool.connections.length, 3);
  fixture.pool.update(1);
  assert.equal(fixture.pool.connections.length, 1);
  assert.equal(fixture.opened.filter(({ connection }) => connection.isClosed).length, 2);
});

test('a pool that is retired finishes what is in flight, and tries nothing any more', async () => {
  const fixture = new PoolFixture();
  await fixture.fill(1);
  const [only] = fixture.opened;
  assert(only !== undefined);
  const handler = new RecordingHandler();
  const stream = only.connection.send(QUERY, handler, 0);
  only.endTurn();
  const waiter = new RecordingWaiter();
  fixture.pool.wait(waiter);
  fixture.pool.retire();
  assert(waiter.errors[0] instanceof ConnectionShutdownError);
  assert.equal(only.connection.isClosed, false);
  only.receive([{ stream, opcode: Opcode.RESULT, cold: [1] }]);
  assert.equal(handler.responses.length, 1);
  assert.equal(only.connection.isClosed, true);
  fixture.pool.tryNow();
  fixture.clock.advance(60_000);
  assert.equal(fixture.tries, 1);
  assert.equal(fixture.clock.armed, 0);
});

test('a closed pool fails who waits, now and later, and leaves no timer', async () => {
  const fixture = new PoolFixture();
  await fixture.fill(1);
  const [only] = fixture.opened;
  assert(only !== undefined);
  occupy(only, 1);
  const [first, second] = [new RecordingWaiter(), new RecordingWaiter()];
  fixture.pool.wait(first);
  await fixture.pool.close();
  await fixture.pool.close();
  fixture.pool.wait(second);
  for (const { errors } of [first, second]) assert(errors[0] instanceof ConnectionShutdownError);
  assert.equal(fixture.clock.armed, 0);
  assert.equal(only.connection.isClosed, true);
});

test('a pool that is closed while it connects closes what comes of it', async () => {
  const fixture = new PoolFixture();
  const filling = fixture.pool.fill();
  const closing = fixture.pool.close();
  await Promise.all([filling, closing]);
  assert.equal(fixture.pool.isConnected, false);
  assert.deepEqual(fixture.downs, []);
  assert.equal(fixture.clock.armed, 0);
});

test('a hint tries a host that is down at once, at most once in 250 ms', async () => {
  const fixture = new PoolFixture({ reconnectionPolicy: { newSchedule: () => [60_000] } });
  void fixture.pool.fill();
  await fixture.fail();
  for (let i = 0; i < 10; i++) fixture.pool.tryNow();
  assert.equal(fixture.tries, 1);
  fixture.clock.advance(250);
  for (let i = 0; i < 10; i++) fixture.pool.tryNow();
  assert.equal(fixture.tries, 2);
  await fixture.fail();
  fixture.clock.advance(249);
  fixture.pool.tryNow();
  assert.equal(fixture.tries, 2);
  fixture.clock.advance(1);
  fixture.pool.tryNow();
  await fixture.succeed();
  fixture.clock.advance(1_000);
  fixture.pool.tryNow();
  assert.equal(fixture.tries, 3);
});

test('a hint that comes while the host is tried is followed soon after, however long the schedule waits', async () => {
  const fixture = new PoolFixture({ reconnectionPolicy: { newSchedule: () => [60_000] } });
  void fixture.pool.fill();
  fixture.clock.advance(100);
  fixture.pool.trySoon();
  await fixture.fail();
  assert.equal(fixture.tries, 1);
  fixture.clock.advance(250);
  assert.equal(fixture.tries, 2);
  await fixture.fail();
  fixture.clock.advance(1_000);
  assert.equal(fixture.tries, 2);
});

test('a hint that may wait does not reach a host that refuses the credentials sooner either', async () => {
  const fixture = new PoolFixture();
  void fixture.pool.fill();
  await fixture.fail(new AuthenticationFailedError('no'));
  fixture.pool.trySoon();
  fixture.clock.advance(4_900);
  assert.equal(fixture.tries, 1);
  fixture.clock.advance(100);
  assert.equal(fixture.tries, 2);
});

test('a hint does not reach a host that refuses the credentials sooner than the schedule', async () => {
  const fixture = new PoolFixture();
  void fixture.pool.fill();
  await fixture.fail(new AuthenticationFailedError('no'));
  fixture.clock.advance(4_900);
  fixture.pool.tryNow();
  assert.equal(fixture.tries, 1);
  fixture.clock.advance(100);
  assert.equal(fixture.tries, 2);
});

test('a host that accepts and closes is tried ever less often', async () => {
  const fixture = new PoolFixture();
  void fixture.pool.fill();
  const triedAt: number[] = [];
  for (let i = 0; i < 3; i++) {
    const { socket } = await fixture.succeed();
    socket.end(new Error('reset'));
    const before = fixture.clock.now();
    while (fixture.pending.length === 0) fixture.clock.advance(50);
    triedAt.push(fixture.clock.now() - before);
  }
  assert.deepEqual(triedAt, [100, 200, 400]);
});

test('a connection that lived long begins the schedule anew', async () => {
  const fixture = new PoolFixture();
  void fixture.pool.fill();
  for (let i = 0; i < 5; i++) {
    const { socket } = await fixture.succeed();
    fixture.clock.advance(5_000);
    socket.end();
    assert.equal(fixture.pending.length, 0);
    fixture.clock.advance(100);
    assert.equal(fixture.pending.length, 1);
  }
});

test('those in line are served in order as answers come, and one who left is passed over', async () => {
  const fixture = new PoolFixture();
  await fixture.fill(1);
  const [only] = fixture.opened;
  assert(only !== undefined);
  const stream = only.connection.send(QUERY, new RecordingHandler(), 0);
  only.endTurn();
  const waiters = [0, 1, 2].map(() => new RecordingWaiter());
  for (const waiter of waiters) fixture.pool.wait(waiter);
  const [first, second, third] = waiters;
  assert(first !== undefined && second !== undefined && third !== undefined);
  fixture.pool.leave(first);
  fixture.pool.leave(first);
  only.receive([{ stream, opcode: Opcode.RESULT, cold: [1] }]);
  // A waiter that takes no id leaves the room to the next.
  fixture.pool.onCapacity();
  assert.deepEqual(
    waiters.map(({ given }) => given.length),
    [0, 1, 1],
  );
  assert.deepEqual([fixture.line.length, fixture.line.bytes], [0, 0]);
});

test('an answer that nobody waited for any more lets the next in line go on', async () => {
  const fixture = new PoolFixture();
  await fixture.fill(1);
  const [only] = fixture.opened;
  assert(only !== undefined);
  const stream = orphan(only);
  const waiter = new RecordingWaiter();
  fixture.pool.wait(waiter);
  assert.equal(waiter.given.length, 0);
  only.receive([{ stream, opcode: Opcode.RESULT, cold: [1] }]);
  assert.deepEqual(waiter.given, [only.connection]);
});

test('tells its state as plain data', async () => {
  const fixture = new PoolFixture({ size: 2 });
  await fixture.fill(4);
  const [a] = fixture.opened;
  assert(a !== undefined);
  occupy(a, 2);
  const { hostId, ...state } = fixture.pool.state();
  assert.equal(hostId, fixture.host.hostId.toString());
  assert.deepEqual(state, {
    ...{ host: '127.0.0.1:9042', datacenter: 'dc1', isUp: undefined, connections: 2, suspect: 0, size: 2 },
    ...{ inFlight: 2, orphaned: 0, queued: 0, available: 6 },
  });
});

test('a connection that closed before the pool has it is a failure like any other', async () => {
  const fixture = new PoolFixture();
  void fixture.pool.fill();
  const pending = fixture.pending[0];
  assert(pending !== undefined);
  const other = new PoolFixture();
  void other.pool.fill();
  const closed = await other.succeed();
  closed.connection.fail(new ConnectionError('gone'));
  pending.resolve(closed.connection);
  await turn();
  assert.equal(fixture.pool.isConnected, false);
  assert.equal(fixture.pool.lastError?.message, 'gone');
});
