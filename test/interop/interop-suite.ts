// One driver writes, the other reads, and the other way round: every type, in one protocol version and compression.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';

import { Cluster, type Session } from '../../src/index.ts';
import { sharedCluster } from '../cluster/harness/shared-cluster.ts';
import { canonical } from '../values/canonical.ts';
import type { TypeJson } from '../vectors/vectors.ts';
import { PythonDriver, pythonWith, type PythonDriverName, type TableColumns } from './python-driver.ts';
import { travelling, typesAndValues } from './travelling.ts';

export interface InteropVariant {
  readonly protocolVersion: 3 | 4 | 5;
  readonly compression: 'lz4' | null;
}

const COLUMNS = typesAndValues();
const TABLE: TableColumns = {
  table: 'all_types',
  columns: ['id', ...COLUMNS.map((_, i) => `c${i}`)],
  types: ['int', ...COLUMNS.map(([type]) => type)],
};
const VALUES = 3;
const NOTHING = 3;

/** Declares the tests of a Python driver; they are skipped, with the reason, where it cannot be installed. */
export async function interopSuite(driver: PythonDriverName, variants: readonly InteropVariant[]): Promise<void> {
  let python: string;
  try {
    python = await pythonWith(driver);
  } catch (error) {
    test(`${driver} reads and writes the same values`, { skip: String(error) });
    return;
  }
  for (const variant of variants) declare(driver, python, variant);
}

function declare(driver: PythonDriverName, python: string, variant: InteropVariant): void {
  const { protocolVersion, compression } = variant;
  const keyspace = `interop_${driver.slice(0, 6)}_v${protocolVersion}_${compression ?? 'plain'}`;
  describe(`${driver} over protocol v${protocolVersion}, ${compression ?? 'no compression'}`, () => {
    let cluster: Cluster;
    let session: Session;
    let other: PythonDriver;

    before(async () => {
      const { contactPoints } = await sharedCluster();
      cluster = new Cluster({ contactPoints, protocolVersion, compression: compression ?? false });
      session = await cluster.connect();
      await session.execute(
        `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
      );
      await session.setKeyspace(keyspace);
      for (const [type] of COLUMNS) if (isUdt(type)) await session.execute(createType(type));
      const columns = COLUMNS.map(([type], i) => `c${i} ${cqlOf(type)}`);
      await session.execute(`CREATE TABLE all_types (id int PRIMARY KEY, ${columns.join(', ')})`);
      other = new PythonDriver(python, { contactPoint: contactPoints[0] ?? '', keyspace, ...variant });
    });

    after(async () => {
      await other.close();
      await cluster.shutdown();
    });

    test('it reads what this driver wrote', async () => {
      const insert = `INSERT INTO all_types (${TABLE.columns.join(', ')}) VALUES (${TABLE.columns.map(() => '?').join(', ')})`;
      const ids = [0, 1, 2, NOTHING];
      for (const id of ids)
        await session.execute(insert, [id, ...COLUMNS.map(([, values]) => values[id] ?? null)] as never);
      const rows = await other.select(TABLE, ids);
      for (const id of ids) {
        for (const [i, [type, values]] of COLUMNS.entries()) {
          assert.deepEqual(ordered(type, rows[id]?.[i + 1]), ordered(type, travelling(type, values[id])), cqlOf(type));
        }
      }
    });

    test('this driver reads what it wrote', async () => {
      const ids = [10, 11, 12, 10 + NOTHING];
      await other.insert(
        TABLE,
        ids.map((id) => [String(id), ...COLUMNS.map(([type, values]) => travelling(type, values[id - 10]))]),
      );
      const read = new Map<number, Record<string, unknown>>();
      for (const row of (await session.execute(`SELECT * FROM all_types WHERE id IN (${ids.join(', ')})`)).rows) {
        read.set(row['id'] as number, row);
      }
      assert.equal(read.size, VALUES + 1);
      for (const id of ids) {
        for (const [i, [type, values]] of COLUMNS.entries()) {
          assert.deepStrictEqual(canonical(read.get(id)?.[`c${i}`]), canonical(values[id - 10]), cqlOf(type));
        }
      }
    });
  });
}

function isUdt(type: TypeJson): type is Extract<TypeJson, { udt: unknown }> {
  return typeof type === 'object' && 'udt' in type;
}

function createType(type: Extract<TypeJson, { udt: unknown }>): string {
  const { name, fields } = type.udt;
  return `CREATE TYPE ${name} (${fields.map(([field, inner]) => `${field} ${cqlOf(inner)}`).join(', ')})`;
}

function cqlOf(type: TypeJson): string {
  if (typeof type === 'string') return type;
  if ('list' in type) return `frozen<list<${cqlOf(type.list)}>>`;
  if ('set' in type) return `frozen<set<${cqlOf(type.set)}>>`;
  if ('map' in type) return `frozen<map<${cqlOf(type.map[0])}, ${cqlOf(type.map[1])}>>`;
  if ('tuple' in type) return `frozen<tuple<${type.tuple.map(cqlOf).join(', ')}>>`;
  if ('vector' in type) return `vector<${cqlOf(type.vector[0])}, ${type.vector[1]}>`;
  if ('udt' in type) return `frozen<${type.udt.name}>`;
  throw new Error('a custom type has no CQL');
}

/** Sets and maps at the top in an order that does not depend on the server's. */
function ordered(type: TypeJson, value: unknown): unknown {
  if (!Array.isArray(value) || typeof type === 'string' || !('set' in type || 'map' in type)) return value;
  return value.map((item) => JSON.stringify(item)).sort();
}
