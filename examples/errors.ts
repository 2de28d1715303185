// What goes wrong, and how to tell: classes and stable codes, the path of a bad value, and whether a write may have happened.
// Usage: errors.ts [contact point]

import { Cluster, CodecError, DriverError, InvalidRequestError } from '../src/index.ts';

const cluster = new Cluster({ contactPoints: [process.argv[2] ?? '127.0.0.1'] });
const session = await cluster.connect();
await session.execute(`CREATE KEYSPACE IF NOT EXISTS examples
  WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`);
await session.execute('CREATE TABLE IF NOT EXISTS examples.people (id int PRIMARY KEY, tags list<text>)');

try {
  await session.execute('SELECT * FROM examples.nobody');
} catch (error) {
  if (!(error instanceof InvalidRequestError)) throw error;
  console.log(error.code, '—', error.message, '— asked', error.attempts.length, 'host');
}

try {
  await session.execute('INSERT INTO examples.people (id, tags) VALUES (?, ?)', [1, ['a', null]]);
} catch (error) {
  if (!(error instanceof CodecError)) throw error;
  console.log('refused before a byte was sent:', error.path, error.cqlType);
}

try {
  await session.execute('INSERT INTO examples.people (id) VALUES (?)', [1], {
    signal: AbortSignal.abort(new Error('never mind')),
  });
} catch (error) {
  console.log('aborted:', DriverError.isDriverError(error) ? error.code : (error as Error).message);
}

await cluster.shutdown();
