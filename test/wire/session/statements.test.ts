// Statements as users write them: templates, batches, conditional ones, named and repeated parameters, lists of values.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import {
  BatchStatement,
  cql,
  identifier,
  raw,
  SimpleStatement,
  UNSET_VALUE,
  type BuiltinRowFactory,
  type RowFactory,
  type RowObject,
} from '../../../src/index.ts';
import { UNSET } from '../harness/byte-reader.ts';
import { rows } from '../harness/response.ts';
import { connect, INSERT, lastRequest, refusal, SELECT } from './connect.ts';

const text = (bytes: unknown): string => new TextDecoder().decode(bytes as Uint8Array);

test('a template binds its values, and takes over names, text and other templates', async (t) => {
  const { server, session } = await connect(t);
  const table = 'My "table"';
  const where = cql`b = ${'x'} AND c = ${'y'}`;
  const statement = cql`SELECT ${raw('a, b')} FROM ${identifier(table)} WHERE a = ${"'; DROP"} AND ${where} AND d = ${'z'}`;
  assert.equal(statement.queryString, 'SELECT a, b FROM "My ""table""" WHERE a = ? AND b = ? AND c = ? AND d = ?');
  assert.deepEqual(statement.params, ["'; DROP", 'x', 'y', 'z']);
  await session.execute(statement);
  assert.deepEqual(lastRequest(server, 'EXECUTE').values.map(text), ["'; DROP", 'x', 'y', 'z']);
});

test('an array in a template is one value', () => {
  const statement = cql`SELECT * FROM t WHERE k IN ${[1, 2, 3]}`;
  assert.equal(statement.queryString, 'SELECT * FROM t WHERE k IN ?');
  assert.deepEqual(statement.params, [[1, 2, 3]]);
});

test('execute is a tag itself, with any number of values', async (t) => {
  const { server, session } = await connect(t);
  const result = await session.execute`SELECT n FROM ks.t`;
  assert.equal(result.length, 10);
  assert.equal(lastRequest(server, 'QUERY').cql, SELECT);
  for (const values of [['a'], ['a', 'b'], ['a', 'b', 'c', 'd']]) {
    const strings = ['SELECT f(', ...values.slice(1).map(() => ', '), ')'];
    await session.execute(Object.assign(strings, { raw: strings }) as unknown as TemplateStringsArray, ...values);
    assert.deepEqual(lastRequest(server, 'EXECUTE').values.map(text), values);
  }
});

test('execute as a tag leaves undefined unset, wherever it stands', async (t) => {
  const { server, session } = await connect(t);
  for (const [k, v] of [
    [undefined, 'a'],
    ['a', undefined],
  ]) {
    await session.execute`INSERT INTO ks.s (k, v) VALUES (${k}, ${v})`;
    const { values } = lastRequest(server, 'EXECUTE');
    assert.deepEqual(
      values.map((value) => value === UNSET),
      [k === undefined, v === undefined],
    );
  }
});

test('cql is refused where it is called and not a tag', () => {
  assert.throws(() => cql('SELECT 1' as never), refusal('strings'));
  assert.throws(() => cql(undefined as never), refusal('strings'));
});

test('what cannot stand in a template is refused', () => {
  assert.throws(() => identifier(''), refusal('name'));
  assert.throws(() => raw(5 as never), refusal('text'));
  const named = new SimpleStatement('a = :a', { params: { a: 1 } });
  assert.throws(() => cql`SELECT * FROM t WHERE ${named}`, refusal('params'));
});

test('a name that stands twice is bound twice', async (t) => {
  const { server, session } = await connect(t);
  await session.execute('SELECT * FROM t WHERE a = %(v)s OR b = %(v)s', { v: 'x' });
  assert.equal(server.requests({ opcode: 'PREPARE' }).length, 1);
  const { values } = lastRequest(server, 'EXECUTE');
  assert.deepEqual(new Set(values.map(text)), new Set(['x']));
});

test('a batch mixes text, prepared and bound statements, with its own consistency for the Paxos phase', async (t) => {
  const { server, session } = await connect(t);
  const prepared = await session.prepare(INSERT);
  const batch = new BatchStatement({ batchType: 'UNLOGGED', serialConsistencyLevel: 'LOCAL_SERIAL' })
    .add('DELETE FROM ks.t WHERE k = 1')
    .add(INSERT, [2, 'text'])
    .add(prepared, { k: 3, v: 'prepared' })
    .add(prepared.bind([4, UNSET_VALUE]));
  await session.execute(batch, undefined, { consistencyLevel: 'QUORUM' });
  const request = lastRequest(server, 'BATCH');
  assert.equal(request.type, 'UNLOGGED');
  assert.deepEqual([request.consistency, request.serialConsistency], ['QUORUM', 'LOCAL_SERIAL']);
  assert.deepEqual(
    request.entries.map((entry) => [entry.cql === undefined, entry.values.length]),
    [
      [false, 0],
      [true, 2],
      [true, 2],
      [true, 2],
    ],
  );
  assert.equal(batch.clear().length, 0);
  await session.executeBatch(
    batch.addAll(
      [prepared, INSERT],
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ),
  );
  assert.equal(lastRequest(server, 'BATCH').entries.length, 2);
});

test('a conditional statement says whether it was applied, whatever the rows are made into', async (t) => {
  const { server, session } = await connect(t);
  const conditional = 'UPDATE ks.t SET v = 1 WHERE k = 1 IF v = 2';
  for (const isApplied of [true, false]) {
    const columns = [
      ['[applied]', 'boolean'],
      ['v', 'int'],
    ] as const;
    server.on({ cql: conditional }).reply(rows(columns, [[isApplied, 3]]));
    server.on({ opcode: 'BATCH' }).reply(rows(columns, [[isApplied, 3]]));
    const builtin: BuiltinRowFactory[] = ['object', 'tuple', 'map', 'columns', 'lazy'];
    const own: RowFactory<RowObject> = () => (values) => ({ first: values[0] });
    for (const rowFactory of [...builtin, own]) {
      assert.equal((await session.execute(conditional, [], { rowFactory })).wasApplied, isApplied);
      const batch = new BatchStatement().add(conditional);
      assert.equal((await session.executeBatch(batch, { rowFactory: rowFactory as never })).wasApplied, isApplied);
    }
  }
  assert.equal((await session.execute(SELECT)).wasApplied, true);
});

test('a session cannot be copied for a worker or a child, and says why', async (t) => {
  const { session } = await connect(t);
  const isClear = (error: Error): boolean =>
    error.name === 'DataCloneError' && /connect in each worker/.test(error.message);
  assert.throws(() => structuredClone(session), isClear);
  assert.throws(() => structuredClone({ deep: [session] }), isClear);
  const { port1, port2 } = new MessageChannel();
  t.after(() => {
    port1.close();
    port2.close();
  });
  assert.throws(() => port1.postMessage(session), isClear);
});
