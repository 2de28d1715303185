// Hostile JavaScript values against every CQL type on a real server: what is accepted is stored byte for byte as it should be,
// what is not is refused with its place before anything is sent.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import { Cluster, CodecError, type PreparedStatement, type Session } from '../../src/index.ts';
import { encodeContent } from '../unit/statement/encoding.ts';
import { HOSTILE_TYPES, HOSTILE_VALUES } from '../values/hostile-values.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

/** A server has no columns of a class that it does not know; counters are not inserted. */
const TYPES = Object.entries(HOSTILE_TYPES).filter(([kind]) => kind !== 'custom' && kind !== 'counter');

describe('hostile values', () => {
  let cluster: Cluster;
  let session: Session;
  const inserts = new Map<string, PreparedStatement>();
  const selects = new Map<string, PreparedStatement>();

  before(async () => {
    const { contactPoints } = await sharedCluster();
    cluster = new Cluster({ contactPoints });
    session = await cluster.connect();
    await session.execute(
      "CREATE KEYSPACE hostile_values WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
    );
    await session.setKeyspace('hostile_values');
    await session.execute('CREATE TYPE u (a int)');
    const columns = TYPES.map(([kind, { args }]) => `"v_${kind}" ${args.length === 0 ? kind : columnType(kind)}`);
    await session.execute(`CREATE TABLE t (id int PRIMARY KEY, ${columns.join(', ')})`);
    for (const [kind, { args }] of TYPES) {
      const column = `"v_${kind}"`;
      inserts.set(kind, await session.prepare(`INSERT INTO t (id, ${column}) VALUES (0, ?)`));
      const read = args.length === 0 && kind !== 'blob' ? `${kind}_as_blob(${column})` : column;
      selects.set(kind, await session.prepare(`SELECT ${read} AS v FROM t WHERE id = 0`));
    }
  });

  after(() => cluster.shutdown());

  for (const [name, value, good = {}] of HOSTILE_VALUES) {
    test(`${name} is stored as it should be, or refused before it is sent`, async () => {
      const { metrics } = cluster;
      assert(metrics !== null);
      for (const [kind, type] of TYPES) {
        const [insert, select] = [inserts.get(kind), selects.get(kind)];
        assert(insert !== undefined && select !== undefined);
        const expected = good[kind]?.replaceAll(' ', '');
        if (expected === undefined) {
          const sent: number = metrics.requestTimer.count;
          await assert.rejects(session.execute(insert, [value] as never), (error) => {
            assert(error instanceof CodecError, `${kind}: ${String(error)}`);
            assert.match(error.path, /^values\[0\]/);
            return true;
          });
          assert.equal(metrics.requestTimer.count, sent, kind);
          continue;
        }
        await session.execute(insert, [value] as never);
        const stored = (await session.execute(select, [])).one()?.['v'];
        const hex =
          type.args.length === 0 ? Buffer.from(stored as Uint8Array).toString('hex') : encodeContent(type, stored);
        assert.equal(hex, expected, kind);
      }
    });
  }
});

function columnType(kind: string): string {
  const types: Readonly<Record<string, string>> = {
    list: 'frozen<list<int>>',
    set: 'frozen<set<int>>',
    map: 'frozen<map<text, int>>',
    tuple: 'frozen<tuple<int>>',
    udt: 'frozen<u>',
    vector: 'vector<int, 1>',
  };
  const type = types[kind];
  if (type === undefined) throw new Error(`no column type for ${kind}`);
  return type;
}
