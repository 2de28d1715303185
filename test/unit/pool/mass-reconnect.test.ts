// Many sessions lose all their hosts at the same moment and get them back at the same moment: they must not come all at once.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Connection } from '../../../src/connection/connection.ts';
import { ConnectionError } from '../../../src/errors.ts';
import { DefaultReconnectionPolicy } from '../../../src/policies/reconnection.ts';
import { PoolFixture, turn } from './pool-fixture.ts';

const POOLS = 90;
const DOWN_MS = 30_000;

test('an outage of thirty seconds ends in connects that are spread, and in one for each pool', async () => {
  const first = new PoolFixture();
  const { clock } = first;
  const start = clock.now();
  const tries: number[] = [];
  const connects: number[] = [];
  const fixtures = Array.from({ length: POOLS }, () => {
    const triedAt: number[] = [];
    const fixture = new PoolFixture({
      clock,
      reconnectionPolicy: new DefaultReconnectionPolicy(() => clock.now()),
      open: () => {
        const now = clock.now() - start;
        triedAt.push(now);
        if (now < DOWN_MS) return Promise.reject(new ConnectionError('refused'));
        connects.push(now);
        return Promise.resolve(openConnection());
      },
    });
    return { fixture, triedAt };
  });
  for (const { fixture } of fixtures) void fixture.pool.fill();
  while (clock.now() - start < DOWN_MS + 10_000) {
    clock.advance(25);
    await turn();
  }
  for (const { triedAt } of fixtures) tries.push(triedAt.filter((at) => at < DOWN_MS).length);
  assert.equal(connects.length, POOLS);
  // A try for each step of a tenth of the time down: some thirteen in the first second, then ever fewer.
  assert(Math.max(...tries) <= 90, String(Math.max(...tries)));
  assert(Math.max(...connects) <= DOWN_MS + 3_100, String(Math.max(...connects)));
  const busiest = Math.max(...connects.map((from) => connects.filter((at) => at >= from && at < from + 250).length));
  assert(busiest <= POOLS * 0.35, `${busiest} of ${POOLS} in a quarter of a second`);
});

function openConnection(): Connection {
  const endPoint = { address: '127.0.0.1', port: 9042 };
  return { endPoint, closeReason: undefined, available: 1 } as unknown as Connection;
}
