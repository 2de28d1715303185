// The statement classes: what they carry, what they refuse.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CodecError, InvalidArgumentError } from '../../../src/errors.ts';
import { BatchStatement } from '../../../src/statement/batch.ts';
import { quoteText } from '../../../src/statement/scalar-literals.ts';
import { PreparedStatement, RESULT, type PreparedParts } from '../../../src/statement/prepared.ts';
import { SimpleStatement } from '../../../src/statement/simple.ts';
import { Statement, type StatementOptions } from '../../../src/statement/statement.ts';
import { ValueSequence } from '../../../src/statement/value-sequence.ts';
import { CqlType } from '../../../src/types/data-type.ts';

const int = CqlType.native('int');
const text = CqlType.native('text');
const marker = (name: string, type: CqlType): PreparedParts['columnMetadata'][number] => ({
  keyspace: 'ks',
  table: 't',
  name,
  type,
});

function prepared(parts: Partial<PreparedParts> = {}, options: StatementOptions = {}): PreparedStatement {
  return new PreparedStatement(
    {
      queryString: 'insert into t (k1, k2, v) values (?, ?, ?)',
      queryId: Uint8Array.of(1),
      columnMetadata: [marker('k1', int), marker('k2', text), marker('v', int)],
      routingKeyIndexes: [0, 1],
      result: { metadataId: new Uint8Array(0), columns: [], program: null },
      isLwt: false,
      protocolVersion: 5,
      ...parts,
    },
    options,
  );
}

const hex = (bytes: Uint8Array | readonly Uint8Array[] | undefined): string => {
  assert.ok(bytes instanceof Uint8Array);
  return Buffer.from(bytes).toString('hex');
};

test('a simple statement carries text, values and settings', () => {
  const statement = new SimpleStatement('select ?', {
    params: [1],
    fetchSize: null,
    isIdempotent: true,
    consistencyLevel: 'QUORUM',
  });
  assert.ok(statement instanceof Statement);
  assert.equal(statement.queryString, 'select ?');
  assert.deepEqual(statement.params, [1]);
  assert.equal(statement.fetchSize, null);
  assert.equal(statement.isIdempotent, true);
  assert.equal(statement.consistencyLevel, 'QUORUM');
  assert.equal(statement.isLwt, false);
  statement.fetchSize = 10;
  assert.equal(statement.fetchSize, 10);
});

test('settings that do not exist are refused by name', () => {
  const wrong: readonly (readonly [string, object])[] = [
    ['consistencyLevel', { consistencyLevel: 'MOST' }],
    ['serialConsistencyLevel', { serialConsistencyLevel: 'QUORUM' }],
    ['fetchSize', { fetchSize: 0 }],
    ['fetchSize', { fetchSize: 1.5 }],
    ['fetchSize', { fetchSize: 2 ** 31 }],
    ['batchType', { batchType: 'toString' }],
    ['keyspace', { keyspace: 5 }],
    ['keyspace', { keyspace: '' }],
    ['table', { table: {} }],
    ['routingKey', { routingKey: 'abc' }],
    ['routingKey', { routingKey: ['abc'] }],
    ['customPayload', { customPayload: 5 }],
    ['customPayload', { customPayload: { a: 'x' } }],
    ['isIdempotent', { isIdempotent: 'no' }],
    ['timestamp', { timestamp: 1.5 }],
    ['timestamp', { timestamp: '1' }],
    ['retryPolicy', { retryPolicy: {} }],
    ['retryPolicy', { retryPolicy: null }],
    ['fetchsize', { fetchsize: 5 }],
    ['params', { params: [1] }],
    ['options', 5 as never],
  ];
  for (const [field, options] of wrong) {
    assert.throws(
      () => new BatchStatement(options),
      (error) => error instanceof InvalidArgumentError && error.field === field,
      field,
    );
  }
  assert.throws(() => new SimpleStatement(''), InvalidArgumentError);
  assert.throws(() => new SimpleStatement(undefined as unknown as string), InvalidArgumentError);
});

test('a bound statement has the encoded values and takes its settings from the prepared one', () => {
  const statement = prepared({}, { fetchSize: 7, isIdempotent: true }).bind([1, 'ab', null]);
  assert.equal(hex(statement.values), '00000004 00000001 00000002 6162 ffffffff'.replaceAll(' ', ''));
  assert.equal(statement.fetchSize, 7);
  assert.equal(statement.isIdempotent, true);
  assert.equal(statement.preparedStatement.queryString, 'insert into t (k1, k2, v) values (?, ?, ?)');
});

test('what is bound does not change with what it was bound from', () => {
  const values = [1, 'ab', 2];
  const statement = prepared().bind(values);
  const before = hex(statement.values);
  values[2] = 3;
  assert.equal(hex(statement.values), before);
});

test('the routing key of several components has their lengths', () => {
  assert.equal(hex(prepared().bind([1, 'ab', 2]).routingKey), '0004000000010000026162 00'.replaceAll(' ', ''));
});

test('the lengths in a routing key have two bytes', () => {
  const key = prepared().bind([1, 'x'.repeat(300), 2]).routingKey as Uint8Array;
  assert.deepEqual([...key.subarray(7, 10)], [0x01, 0x2c, 0x78]);
});

test('the routing key of one component is the component', () => {
  assert.equal(hex(prepared({ routingKeyIndexes: [1] }).bind([1, 'ab', 2]).routingKey), '6162');
});

test('there is no routing key where the key is not known or has no value', () => {
  assert.equal(prepared({ routingKeyIndexes: [] }).bind([1, 'ab', 2]).routingKey, undefined);
  assert.equal(prepared().bind([1, null, 2]).routingKey, undefined);
  assert.equal(prepared().bind([1, undefined, 2]).routingKey, undefined);
});

test('a routing key that is given goes before the one of the values', () => {
  const statement = prepared({}, { routingKey: Uint8Array.of(9) }).bind([1, 'ab', 2]);
  assert.equal(hex(statement.routingKey), '09');
  statement.routingKey = undefined;
  assert.equal(hex(statement.routingKey), '00040000000100000261620 0'.replaceAll(' ', ''));
});

test('binding again replaces the values, and keeps them if it fails', () => {
  const statement = prepared().bind([1, 'ab', 2]);
  assert.equal(statement.bind({ k1: 2, k2: '', v: 3 }), statement);
  const before = hex(statement.values);
  assert.throws(() => statement.bind([1, 2, 3]), CodecError);
  assert.equal(hex(statement.values), before);
});

test('the shape of rows is replaced as a whole', () => {
  const statement = prepared();
  assert.deepEqual(statement.resultMetadata, []);
  const shape = {
    metadataId: Uint8Array.of(2),
    columns: [marker('v', int)],
    program: { id: 3, columns: [marker('v', int)], metadata: new Uint8Array(0) },
  };
  statement[RESULT] = shape;
  assert.equal(statement[RESULT], shape);
  assert.equal(statement.resultMetadata, shape.columns);
});

test('a prepared statement tells its table and whether it is conditional', () => {
  assert.deepEqual(prepared().routingTable, { keyspace: 'ks', table: 't' });
  assert.equal(prepared({ columnMetadata: [], routingKeyIndexes: [] }).routingTable, undefined);
  assert.equal(prepared({ isLwt: true }).bind([1, 'a', 1]).isLwt, true);
});

test('a batch takes text, simple, prepared and bound statements', () => {
  const insert = prepared();
  const bound = insert.bind([1, 'a', 1]);
  const batch = new BatchStatement({ batchType: 'UNLOGGED' })
    .add('delete from t where k1 = 1')
    .add(new SimpleStatement('delete from t where k1 = ?', { params: [1] }))
    .add(new SimpleStatement('delete from t where k1 = ?'), [2])
    .add(insert, [1, 'a', 1])
    .add(bound);
  assert.equal(batch.batchType, 'UNLOGGED');
  assert.equal(batch.length, 5);
  assert.deepEqual(batch.entries, [
    { kind: 'text', queryString: 'delete from t where k1 = 1', params: undefined },
    { kind: 'text', queryString: 'delete from t where k1 = ?', params: [1] },
    { kind: 'text', queryString: 'delete from t where k1 = ?', params: [2] },
    { kind: 'prepared', statement: insert, params: [1, 'a', 1] },
    { kind: 'bound', statement: bound },
  ]);
  assert.equal(batch.clear().length, 0);
});

test('a batch is logged unless told otherwise', () => {
  assert.equal(new BatchStatement().batchType, 'LOGGED');
});

test('a batch is conditional if a statement of it is', () => {
  assert.equal(new BatchStatement().add(prepared(), [1, 'a', 1]).isLwt, false);
  assert.equal(new BatchStatement().add('x').add(prepared({ isLwt: true }), [1, 'a', 1]).isLwt, true);
});

test('a batch refuses what cannot be in it', () => {
  const batch = new BatchStatement();
  for (const item of [new BatchStatement(), '', 5, null, {}]) {
    assert.throws(() => batch.add(item as never), InvalidArgumentError);
  }
  assert.throws(() => batch.add(new SimpleStatement('x', { params: [1] }), [1]), InvalidArgumentError);
  assert.throws(() => batch.add(prepared().bind([1, 'a', 1]), []), InvalidArgumentError);
  assert.equal(batch.length, 0);
});

test('addAll takes as many parameter lists as statements', () => {
  const batch = new BatchStatement().addAll(['a', 'b'], [[1], undefined]);
  assert.deepEqual(
    batch.entries.map((entry) => entry.kind === 'text' && entry.params),
    [[1], undefined],
  );
  assert.throws(() => batch.addAll(['a'], []), InvalidArgumentError);
  assert.equal(batch.length, 2);
});

test('65,535 statements are the most', () => {
  const batch = new BatchStatement();
  for (let i = 0; i < 65_535; i++) batch.add('x');
  assert.throws(() => batch.add('x'), InvalidArgumentError);
});

test('a ValueSequence is an array whose methods give plain ones', () => {
  const sequence = new ValueSequence(new Set([3, 1]));
  assert.deepEqual([...sequence], [3, 1]);
  assert.ok(Array.isArray(sequence));
  const doubled = sequence.map((value) => Number(value) * 2);
  assert.deepEqual(doubled, [6, 2]);
  assert.ok(!(doubled instanceof ValueSequence));
  assert.deepEqual([...new ValueSequence([5])], [5]);
});

test('quoted text has its quotes doubled', () => {
  assert.equal(quoteText("it's"), "'it''s'");
  assert.equal(quoteText(''), "''");
});
