// What the compiler knows of rows and parameters: checked where this file is compiled; nothing here runs.
import { test } from 'node:test';
import { expectTypeOf } from 'expect-type';

import {
  SimpleStatement,
  type BoundStatement,
  type Cluster,
  type ColumnBatch,
  type ColumnSpec,
  type CqlValue,
  type Decimal,
  type Metrics,
  type Params,
  type PreparedStatement,
  type Query,
  type ResultSet,
  type RowFactory,
  type Session,
  type TimeUuid,
  type Tuple,
  type Uuid,
} from '../../../src/index.ts';

interface User {
  readonly id: Uuid;
  readonly name: string | null;
}

/** Never called. */
function compiled(_checks: (session: Session, cluster: Cluster) => unknown): void {
  return undefined;
}

test('rows without a type are objects of unknown values', () => {
  compiled((session) => {
    expectTypeOf(session.execute('SELECT …')).resolves.toEqualTypeOf<ResultSet>();
  });
});

test('a row type reaches every way of reading rows', () => {
  compiled(async (session) => {
    const result = await session.execute<User>('SELECT …', [1]);
    expectTypeOf(result).toEqualTypeOf<ResultSet<User>>();
    expectTypeOf(result.rows).items.toEqualTypeOf<User>();
    expectTypeOf(result.one()).toEqualTypeOf<User | null>();
    expectTypeOf(result.all()).resolves.toEqualTypeOf<User[]>();
    for (const row of result) expectTypeOf(row).toEqualTypeOf<User>();
    for await (const row of result) expectTypeOf(row).toEqualTypeOf<User>();
    for await (const page of result.pages()) expectTypeOf(page).toEqualTypeOf<ResultSet<User>>();
    expectTypeOf(result.fetchNextPage()).resolves.toEqualTypeOf<ResultSet<User> | null>();
  });
});

test('the row type of a prepared statement travels into bind and execute', () => {
  compiled(async (session) => {
    const prepared = await session.prepare<User>('SELECT …');
    expectTypeOf(prepared).toEqualTypeOf<PreparedStatement<User>>();
    expectTypeOf(prepared.bind([1])).toEqualTypeOf<BoundStatement<User>>();
    expectTypeOf(session.execute(prepared, [1])).resolves.toEqualTypeOf<ResultSet<User>>();
    expectTypeOf(session.execute(prepared.bind([1]))).resolves.toEqualTypeOf<ResultSet<User>>();
  });
});

test('the row type of a statement travels into execute', () => {
  compiled((session) => {
    const statement = new SimpleStatement<User>('SELECT …');
    expectTypeOf(session.execute(statement)).resolves.toEqualTypeOf<ResultSet<User>>();
    expectTypeOf<string | PreparedStatement<User> | BoundStatement<User>>().toExtend<Query<User>>();
  });
});

test('a row factory by name says what rows are', () => {
  compiled((session) => {
    const rows = session.execute('SELECT …', [], { rowFactory: 'tuple' });
    expectTypeOf(rows).resolves.toEqualTypeOf<ResultSet<unknown[]>>();
    const maps = session.execute('SELECT …', [], { rowFactory: 'map', fetchSize: 10 });
    expectTypeOf(maps).resolves.toEqualTypeOf<ResultSet<Map<string, unknown>>>();
    const columns = session.execute('SELECT …', undefined, { rowFactory: 'columns' });
    expectTypeOf(columns).resolves.toEqualTypeOf<ResultSet<ColumnBatch>>();
    const objects = session.execute<User>('SELECT …', undefined, { rowFactory: 'object' });
    expectTypeOf(objects).resolves.toEqualTypeOf<ResultSet<User>>();
    const lazy = session.execute<User>('SELECT …', undefined, { rowFactory: 'lazy' });
    expectTypeOf(lazy).resolves.toEqualTypeOf<ResultSet<User>>();
  });
});

test('what a function as row factory returns is what rows are', () => {
  compiled((session) => {
    const widths = session.execute('SELECT …', [], {
      rowFactory: (columns: readonly ColumnSpec[]) => (values: readonly unknown[]) => columns.length + values.length,
    });
    expectTypeOf(widths).resolves.toEqualTypeOf<ResultSet<number>>();
    expectTypeOf<(columns: readonly ColumnSpec[]) => () => User>().toExtend<RowFactory<User>>();
  });
});

test('parameters are values of CQL, by position or by name', () => {
  expectTypeOf<[number, string, bigint, null, undefined, boolean]>().toExtend<Params>();
  expectTypeOf<{ id: Uuid; when: Date; tags: Set<string>; counts: Map<string, bigint> }>().toExtend<Params>();
  expectTypeOf<readonly [Decimal, Tuple, Uint8Array, Float32Array, TimeUuid]>().toExtend<Params>();
  expectTypeOf<{ address: { street: string; zip: number | null } }>().toExtend<Params>();
  expectTypeOf<symbol>().not.toExtend<CqlValue>();
  expectTypeOf<[symbol]>().not.toExtend<Params>();
  expectTypeOf<{ run: symbol }>().not.toExtend<Params>();
  expectTypeOf<string>().not.toExtend<Params>();
});

test('wrong calls do not compile', () => {
  compiled(async (session) => {
    // @ts-expect-error: a number is no statement
    await session.execute(5);
    // @ts-expect-error: parameters are an array or an object
    await session.execute('SELECT …', 'x');
    // @ts-expect-error: no such option
    await session.execute('SELECT …', [], { fetchsize: 10 });
    // @ts-expect-error: no such row factory
    await session.execute('SELECT …', [], { rowFactory: 'objects' });
    // @ts-expect-error: no such consistency level
    await session.execute('SELECT …', [], { consistencyLevel: 'MOST' });
    const prepared = await session.prepare<User>('SELECT …');
    // @ts-expect-error: the rows are users
    const wrong: ResultSet<{ age: number }> = await session.execute(prepared, [1]);
    return wrong;
  });
});

test('metrics may be off', () => {
  compiled((_session, cluster) => {
    expectTypeOf(cluster.metrics).toEqualTypeOf<Metrics | null>();
  });
});
