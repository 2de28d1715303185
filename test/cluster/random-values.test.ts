// Random values of random types through a real server: the same comes back. The full count is a figure.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { Cluster, type Session } from '../../src/index.ts';
import { typedValues } from '../values/random-values.ts';
import { ServerRoundTrip } from '../values/server-round-trip.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

const TYPES = 16;
const VALUES_PER_TYPE = 130;

describe('random values', () => {
  let cluster: Cluster;
  let session: Session;

  before(async () => {
    const { contactPoints } = await sharedCluster();
    cluster = new Cluster({ contactPoints });
    session = await cluster.connect();
    await session.execute(
      "CREATE KEYSPACE random_values WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
    );
    await session.setKeyspace('random_values');
  });

  after(() => cluster.shutdown());

  test('come back from the server as they were bound, nested up to five deep', async () => {
    const trip = new ServerRoundTrip(session);
    const seed = Date.now();
    let count = 0;
    for (const sample of fc.sample(typedValues(5, VALUES_PER_TYPE), { numRuns: TYPES, seed })) {
      try {
        count += await trip.check(sample);
      } catch (error) {
        throw new Error(`seed ${seed}, type ${JSON.stringify(sample.type)}`, { cause: error });
      }
    }
    assert.equal(count, TYPES * VALUES_PER_TYPE);
  });
});
