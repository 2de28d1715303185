import assert from 'node:assert/strict';
import test from 'node:test';
import { ColdReader } from '../../../src/protocol/cold-reader.ts';
import { errorFromFault, errorFromRefusal, readRefusal } from '../../../src/protocol/core-errors.ts';
import { readEvent } from '../../../src/protocol/events.ts';
import { readPrepared, readProgramDescription, readType } from '../../../src/protocol/metadata.ts';
import { RECORD_WORDS, RecordKind, RecordWord } from '../../../src/protocol/record.ts';
import { openMessage, readResult, readRowsHeader, readSupported } from '../../../src/protocol/responses.ts';
import { CodecError, CrcMismatchError, ProtocolError } from '../../../src/errors.ts';
import { CqlType } from '../../../src/types/data-type.ts';
import { deliveryOf } from '../connection/fake-delivery.ts';
import type { ColdItem } from '../connection/fake-delivery.ts';

function reader(...cold: ColdItem[]): ColdReader {
  return new ColdReader(deliveryOf([{ stream: 1, opcode: 8, cold }]), RECORD_WORDS);
}

test('opens a message that has no prefix', () => {
  const { prefix, reader: words } = openMessage(deliveryOf([{ stream: 1, opcode: 8, cold: [1, 42] }]), 0);

  assert.deepEqual(prefix, { tracingId: undefined, warnings: [], payload: undefined });
  assert.deepEqual([words.int(), words.int()], [1, 42]);
});

test('reads tracing id, warnings and payload before a message', () => {
  const id = Uint8Array.from({ length: 16 }, (_, i) => i);
  const cold = [id, 2, 'slow', 'big', 2, 'a', Uint8Array.of(1), 'b', null, 42];

  const { prefix, reader: words } = openMessage(deliveryOf([{ stream: 1, opcode: 8, flags: 0x0e, cold }]), 0);

  assert.equal(prefix.tracingId?.toString(), '00010203-0405-0607-0809-0a0b0c0d0e0f');
  assert.deepEqual(prefix.warnings, ['slow', 'big']);
  assert.deepEqual(
    [...(prefix.payload ?? [])],
    [
      ['a', Uint8Array.of(1)],
      ['b', null],
    ],
  );
  assert.equal(words.int(), 42);
});

test('reads the message of a record that is not the first', () => {
  const delivery = deliveryOf([
    { stream: 1, opcode: 8, cold: [1] },
    { stream: 2, opcode: 8, cold: [3, 'ks'] },
  ]);

  assert.deepEqual(readResult(openMessage(delivery, RECORD_WORDS).reader), { kind: 'setKeyspace', keyspace: 'ks' });
});

test('reads the paging state and the new metadata id beside rows', () => {
  const words = { [RecordWord.PAGE_FLAGS]: 3 };
  const cold = [Uint8Array.of(1, 2), Uint8Array.of(3)];

  const header = readRowsHeader(deliveryOf([{ stream: 1, opcode: 8, kind: RecordKind.ROWS, cold, words }]), 0);

  assert.deepEqual([header.pagingState, header.newResultMetadataId], [Uint8Array.of(1, 2), Uint8Array.of(3)]);
});

test('reads nothing beside the rows of a last page', () => {
  const header = readRowsHeader(deliveryOf([{ stream: 1, opcode: 8, kind: RecordKind.ROWS }]), 0);

  assert.deepEqual(
    [header.pagingState, header.newResultMetadataId, header.prefix.warnings],
    [undefined, undefined, []],
  );
});

test('reads what the server offers', () => {
  const offered = readSupported(reader(2, 'COMPRESSION', 2, 'lz4', 'snappy', 'CQL_VERSION', 1, '3.4.7'));

  assert.deepEqual(
    [...offered],
    [
      ['COMPRESSION', ['lz4', 'snappy']],
      ['CQL_VERSION', ['3.4.7']],
    ],
  );
});

test('reads a schema change as a result and as an event', () => {
  const words: ColdItem[] = ['CREATED', 'FUNCTION', 'ks', 'f', 2, 'int', 'text'];
  const change = {
    type: 'SCHEMA_CHANGE',
    change: 'CREATED',
    target: 'FUNCTION',
    keyspace: 'ks',
    name: 'f',
    argTypes: ['int', 'text'],
  };

  assert.deepEqual(readResult(reader(5, ...words)), { kind: 'schemaChange', change });
  assert.deepEqual(readEvent(reader(3, ...words)), change);
});

test('reads events of nodes, of routes, and of a kind it does not know', () => {
  const address = Uint8Array.of(127, 0, 0, 1);

  assert.deepEqual(readEvent(reader(1, 'NEW_NODE', address, 9042)), {
    type: 'TOPOLOGY_CHANGE',
    change: 'NEW_NODE',
    address,
    port: 9042,
  });
  assert.deepEqual(readEvent(reader(2, 'DOWN', address, 9042)), {
    type: 'STATUS_CHANGE',
    change: 'DOWN',
    address,
    port: 9042,
  });
  assert.deepEqual(readEvent(reader(4, 'UPDATE_NODES', 1, 'c1', 2, 'h1', 'h2')), {
    type: 'CLIENT_ROUTES_CHANGE',
    change: 'UPDATE_NODES',
    connectionIds: ['c1'],
    hostIds: ['h1', 'h2'],
  });
  assert.deepEqual(readEvent(reader(0, 'MOON_PHASE')), { type: 'UNKNOWN', name: 'MOON_PHASE' });
});

const types: readonly (readonly [text: string, words: readonly ColdItem[]])[] = [
  ['int', [0x09]],
  ['text', [0x0d]],
  ['duration', [0x15]],
  ['list<int>', [0x20, 0x09]],
  ['set<uuid>', [0x22, 0x0c]],
  ['map<text, list<bigint>>', [0x21, 0x0d, 0x20, 0x02]],
  ['tuple<int, text>', [0x31, 2, 0x09, 0x0d]],
  ['vector<float, 3>', [0x8000, 0x08, 3]],
  ["'com.example.Custom'", [0x00, 'com.example.Custom']],
];

for (const [text, words] of types) {
  test(`reads the type ${text}`, () => {
    const source = reader(...words, 42);

    assert.equal(readType(source).toString(), text);
    assert.equal(source.int(), 42);
  });
}

test('reads a user-defined type with its fields', () => {
  const type = readType(reader(0x30, 'ks', 'address', 2, 'street', 0x0d, 'codes', 0x20, 0x09));

  const { keyspace, typeName, fieldNames, args } = type;
  assert.deepEqual(
    [keyspace, typeName, fieldNames, args.map(String)],
    ['ks', 'address', ['street', 'codes'], ['text', 'list<int>']],
  );
});

test('reads a prepared statement', () => {
  const prepared = readPrepared(
    reader(Uint8Array.of(1), Uint8Array.of(2), 1, 2, 1, 0, 2, 'ks', 't', 'a', 0x09, 'ks', 't', 'b', 0x0d, 7),
  );

  assert.deepEqual(prepared, {
    id: Uint8Array.of(1),
    resultMetadataId: Uint8Array.of(2),
    bindFlags: 1,
    partitionKeyIndexes: [1, 0],
    bindColumns: [
      { keyspace: 'ks', table: 't', name: 'a', type: CqlType.native('int') },
      { keyspace: 'ks', table: 't', name: 'b', type: CqlType.native('text') },
    ],
    resultProgram: 7,
  });
});

test('reads a prepared statement of before v5 without a metadata id', () => {
  const prepared = readPrepared(reader(Uint8Array.of(1), null, 0, 0, 0, -1));

  assert.deepEqual(
    [prepared.resultMetadataId, prepared.partitionKeyIndexes, prepared.resultProgram],
    [undefined, [], -1],
  );
});

test('reads what the core says of a program', () => {
  const description = readProgramDescription(reader(Uint8Array.of(5, 5), 1, 'ks', 't', '__proto__', 0x09));

  assert.deepEqual(description.metadata, Uint8Array.of(5, 5));
  assert.deepEqual(
    description.columns.map(({ name, type }) => [name, type.kind]),
    [['__proto__', 'int']],
  );
});

test('reads a VOID, and takes for one what has a kind of the future', () => {
  assert.deepEqual([readResult(reader(1)), readResult(reader(99))], [{ kind: 'void' }, { kind: 'void' }]);
});

test('names the cell that a refused answer could not decode', () => {
  const words = {
    [RecordWord.REFUSED_KIND]: 12,
    [RecordWord.REFUSED_OFFSET]: 99,
    [RecordWord.REFUSED_ROW]: 3,
    [RecordWord.REFUSED_COLUMN]: 1,
  };
  const refusal = readRefusal(deliveryOf([{ stream: 1, opcode: 8, kind: RecordKind.REFUSED, words }]), 0);
  const columns = ['a', 'b'].map((name) => ({ keyspace: 'ks', table: 't', name, type: CqlType.native('text') }));

  const error = errorFromRefusal(refusal, { columns });

  assert.ok(error instanceof CodecError);
  assert.deepEqual([error.path, error.cqlType, error.maybeApplied], ['rows[3].b', 'text', true]);
  assert.equal(error.message, 'rows[3].b cannot be decoded: text is not UTF-8');
});

test('says of a refused answer without a cell what is wrong with its body', () => {
  const error = errorFromRefusal({ kind: 20, offset: 12, row: -1, column: -1 });

  assert.ok(error instanceof ProtocolError);
  assert.match(
    error.message,
    /rows came without metadata, and have another number of columns than expected \(byte 12\)/,
  );
});

test('tells wrong checksums from other faults', () => {
  const endPoint = { address: '127.0.0.1', port: 9042 };

  const faults = [7, 8, 1, 99].map((kind) => errorFromFault({ kind, offset: 0 }, endPoint));

  assert.deepEqual(
    faults.map((fault) => fault instanceof CrcMismatchError),
    [true, true, false, false],
  );
  assert.ok(faults[2] instanceof ProtocolError && faults[3] instanceof ProtocolError);
});
