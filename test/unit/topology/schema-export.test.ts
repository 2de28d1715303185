// CQL of schema objects: quoting, order, options, and what cannot be said in CQL.

import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { FunctionMetadata } from '../../../src/topology/schema/function.ts';
import { IndexMetadata } from '../../../src/topology/schema/index-metadata.ts';
import { optionClauses } from '../../../src/topology/schema/table-options.ts';
import { TriggerMetadata } from '../../../src/topology/schema/trigger.ts';
import { inOrderOfUse, UserType } from '../../../src/topology/schema/user-type.ts';
import { CqlType } from '../../../src/types/data-type.ts';

const INT = CqlType.native('int');

function userType(name: string, ...uses: readonly string[]): UserType {
  const udt = (typeName: string): CqlType =>
    CqlType.udt({ keyspace: 'ks', typeName, fieldNames: [], fieldTypes: [] }, true);
  const fieldTypes = uses.map((use) => CqlType.list(CqlType.tuple([udt(use)])));
  return new UserType({ keyspaceName: 'ks', name, fieldNames: uses.map((_, i) => `f${i}`), fieldTypes });
}

function functionWith(body: string): FunctionMetadata {
  return new FunctionMetadata({
    keyspaceName: 'ks',
    name: 'f',
    argumentNames: ['a'],
    argumentTypes: [CqlType.tuple([INT], true)],
    returnType: INT,
    language: 'java',
    body,
    calledOnNullInput: true,
  });
}

function indexOn(target: string, options: Readonly<Record<string, string>> = {}): IndexMetadata {
  const kind = 'class_name' in options ? 'CUSTOM' : 'COMPOSITES';
  return new IndexMetadata({
    keyspaceName: 'ks',
    tableName: 't',
    name: 'i',
    kind,
    indexOptions: { target, ...options },
  });
}

describe('user-defined types', () => {
  test('come after those that they are made of', () => {
    const types = [userType('a', 'd', 'c'), userType('b'), userType('c', 'd'), userType('d', 'b')];
    assert.deepEqual(
      inOrderOfUse(types).map(({ name }) => name),
      ['b', 'd', 'c', 'a'],
    );
  });

  test('that are made of each other are all there, once', () => {
    const names = inOrderOfUse([userType('a', 'b'), userType('b', 'a')]).map(({ name }) => name);
    assert.deepEqual(names.sort(), ['a', 'b']);
  });

  test('quote names that would mean something else', () => {
    const type = new UserType({ keyspaceName: 'Ks', name: 'text', fieldNames: ['ttl', 'A"b'], fieldTypes: [INT, INT] });
    assert.equal(type.asCqlQuery(), 'CREATE TYPE "Ks"."text" (ttl int, "A""b" int)');
  });
});

describe('a function', () => {
  test('has its body between dollars, and arguments without frozen', () => {
    assert.equal(
      functionWith("return 'a';").asCqlQuery(),
      "CREATE FUNCTION ks.f(a tuple<int>) CALLED ON NULL INPUT RETURNS int LANGUAGE java AS $$return 'a';$$",
    );
  });

  for (const body of ["a $$ ' b", 'a$']) {
    test(`whose body is ${body} has it between single quotes`, () => {
      assert(
        functionWith(body)
          .asCqlQuery()
          .endsWith(`AS '${body.replaceAll("'", "''")}'`),
      );
    });
  }
});

describe('an index', () => {
  test('is written with its target', () => {
    assert.equal(indexOn('keys("M")').exportAsString(), 'CREATE INDEX i ON ks.t (keys("M"));');
  });

  test('of a class has its own options alone', () => {
    assert.equal(
      indexOn('v', { class_name: "it's", similarity_function: 'cosine', a: '1' }).asCqlQuery(),
      "CREATE CUSTOM INDEX i ON ks.t (v) USING 'it''s' WITH OPTIONS = {'a': '1', 'similarity_function': 'cosine'}",
    );
  });

  test('of a partition, as ScyllaDB stores it, names key and column', () => {
    const target = '{"pk":["a","B"],"ck":["c"]}';
    assert.equal(indexOn(target).asCqlQuery(), 'CREATE INDEX i ON ks.t ((a, "B"), c)');
  });
});

test('a trigger is written with its class', () => {
  const trigger = new TriggerMetadata({ keyspaceName: 'ks', tableName: 'T', name: 't r', options: { class: 'a.B' } });
  assert.equal(trigger.asCqlQuery(), `CREATE TRIGGER "t r" ON ks."T" USING 'a.B'`);
});

describe('options', () => {
  test('are those that the server has, and no others', () => {
    assert.deepEqual(optionClauses({ comment: "it's", hat_size: 4, crc_check_chance: 1 }, 'table'), [
      "comment = 'it''s'",
      'crc_check_chance = 1.0',
    ]);
  });

  test('leave out what read_repair replaced, where there is read_repair', () => {
    const options = { read_repair_chance: 0, dclocal_read_repair_chance: 0.1 };
    assert.deepEqual(optionClauses({ ...options, read_repair: 'NONE' }, 'table'), ["read_repair = 'NONE'"]);
    assert.deepEqual(optionClauses(options, 'table'), ['dclocal_read_repair_chance = 0.1', 'read_repair_chance = 0.0']);
  });

  test('of a view have no time to live', () => {
    assert.deepEqual(optionClauses({ default_time_to_live: 0 }, 'view'), []);
  });
});
