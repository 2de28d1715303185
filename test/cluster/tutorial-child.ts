// A process of its own with a session of its own, made after the fork: asks for the server's version and ends.

import { Cluster } from '../../src/index.ts';

await using cluster = new Cluster({ contactPoints: [process.argv[2] ?? ''] });
const session = await cluster.connect();
const prepared = await session.prepare('SELECT release_version FROM system.local WHERE key = ?');
const row = (await session.execute(prepared, ['local'])).one();
process.send?.(row?.['release_version']);
