// The golden bytes of messages, types and tokens, through the module and what reads its deliveries.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { WasmCore } from '../../../src/core/wasm-core.ts';
import type { PushResult } from '../../../src/core.ts';
import { ColdReader } from '../../../src/protocol/cold-reader.ts';
import { CoreErrorKind, readRefusal } from '../../../src/protocol/core-errors.ts';
import { readEvent } from '../../../src/protocol/events.ts';
import { readProgramDescription } from '../../../src/protocol/metadata.ts';
import { Opcode } from '../../../src/protocol/opcodes.ts';
import { RecordKind, RecordWord } from '../../../src/protocol/record.ts';
import { openMessage, readResult, readRowsHeader, readSupported } from '../../../src/protocol/responses.ts';
import { readErrorMessage } from '../../../src/protocol/server-errors.ts';
import { consistencyFromWire } from '../../../src/types/consistency.ts';
import type { ColumnSpec } from '../../../src/types/column-spec.ts';
import { bytesOf, readVectors, typeOf, type TypeJson, type Vector } from '../../vectors/vectors.ts';

type Json = Record<string, unknown>;

interface ColumnJson {
  readonly keyspace: string;
  readonly table: string;
  readonly name: string;
  readonly type: TypeJson;
}

const core = new WasmCore();
const toHex = (bytes: Uint8Array | null | undefined): string | null =>
  bytes === null || bytes === undefined ? null : Buffer.from(bytes).toString('hex');

/** What a new connection gives for the bytes of one frame: one record, at word 0. */
function push({ version, hex, value }: Vector<Json>): PushResult {
  const connection = core.openConnection({
    version: version ?? 5,
    compression: 0,
    maxFrameLength: 268_435_456,
    streamCapacity: 16,
    rateLimitCode: (value['rateLimitCode'] as number | undefined) ?? -1,
  });
  const pushed = connection.push(bytesOf(hex));
  connection.close();
  assert.equal(pushed.fault, null);
  assert.equal(pushed.frames, 1);
  return pushed;
}

for (const vector of readVectors<Json>('errors.json')) {
  test(`reads of an ERROR: ${vector.name}`, () => {
    const { code, message, detail } = readErrorMessage(openMessage(push(vector).delivery, 0).reader);
    assert.deepEqual({ code, message, detail }, errorOf(vector.value));
  });
}

function errorOf({ code, message, detail }: Json): Json {
  if (detail === null) return { code, message, detail: { kind: 'none' } };
  const { kind, consistency, contentions, reasons, argumentTypes, id, operation, ...rest } = detail as Json & {
    readonly id?: string;
  };
  const expected: Json = { kind: camelCase(String(kind)), ...rest };
  if (consistency !== undefined) expected['consistency'] = consistencyFromWire(consistency as number);
  if (contentions !== undefined) expected['contentions'] = contentions ?? undefined;
  if (argumentTypes !== undefined) expected['argTypes'] = argumentTypes;
  if (id !== undefined) expected['id'] = bytesOf(id);
  if (operation !== undefined) expected['opType'] = operation === 0 ? 'read' : 'write';
  if (reasons !== undefined) {
    const entries = reasons as [string, number][];
    expected['reasons'] = entries.length === 0 ? undefined : new Map(entries);
  }
  return { code, message, detail: expected };
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

for (const vector of readVectors<Json>('events.json')) {
  test(`reads the event ${vector.name}`, () => {
    const { delivery } = push(vector);
    assert.equal(delivery.i32[RecordWord.STREAM], -1);
    const { kind, type: name, argumentTypes, address, ...rest } = vector.value as Json & { readonly address?: string };
    const expected: Json = { type: kind, ...rest };
    if (name !== undefined) expected['name'] = name;
    if (argumentTypes !== undefined) expected['argTypes'] = argumentTypes;
    if (address !== undefined) expected['address'] = bytesOf(address);
    assert.deepEqual(readEvent(openMessage(delivery, 0).reader), expected);
  });
}

for (const vector of readVectors<Json>('responses.json')) {
  test(`reads of a response: ${vector.name}`, () => {
    const { delivery } = push(vector);
    const opcode = Opcode[vector.value['opcode'] as keyof typeof Opcode];
    assert.equal(delivery.i32[RecordWord.OPCODE], opcode);
    assert.equal(delivery.i32[RecordWord.STREAM], vector.value['stream']);
    checkResponse(delivery, vector.value);
  });
}

function checkResponse(delivery: PushResult['delivery'], expected: Json): void {
  const kind = delivery.i32[RecordWord.KIND];
  if (expected['refused'] !== undefined) {
    const { error, ...where } = expected['refused'] as Json;
    const number = CoreErrorKind[constantCase(String(error)) as keyof typeof CoreErrorKind];
    assert.equal(kind, RecordKind.REFUSED);
    assert.deepEqual(readRefusal(delivery, 0), { kind: number, ...where });
    return;
  }
  if (expected['kind'] === 'ROWS') {
    assert.equal(kind, RecordKind.ROWS);
    checkRows(delivery, expected);
    return;
  }
  assert.equal(kind, RecordKind.MESSAGE);
  const { prefix, reader } = openMessage(delivery, 0);
  checkPrefix(prefix, expected);
  checkMessage(reader, expected);
}

function constantCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])([A-Z])/g, '_$1').toUpperCase();
}

function checkPrefix(prefix: ReturnType<typeof openMessage>['prefix'], expected: Json): void {
  assert.equal(prefix.tracingId?.toString().replaceAll('-', ''), expected['tracingId'] ?? undefined);
  assert.deepEqual(prefix.warnings, expected['warnings'] ?? []);
  const payload = [...(prefix.payload ?? [])].map(([key, value]) => [key, toHex(value)]);
  assert.deepEqual(payload, expected['payload'] ?? []);
}

function checkMessage(reader: ColdReader, expected: Json): void {
  switch (expected['opcode']) {
    case 'SUPPORTED':
      assert.deepEqual([...readSupported(reader)], expected['options']);
      return;
    case 'AUTHENTICATE':
      assert.equal(reader.text(), expected['class']);
      return;
    case 'AUTH_CHALLENGE':
    case 'AUTH_SUCCESS':
      assert.equal(toHex(reader.bytes()), expected['token']);
      return;
    case 'RESULT':
      checkResult(readResult(reader), expected);
  }
}

function checkResult(result: ReturnType<typeof readResult>, expected: Json): void {
  assert.equal(result.kind, camelCase(String(expected['kind'])));
  if (result.kind === 'setKeyspace') assert.equal(result.keyspace, expected['keyspace']);
  if (result.kind === 'schemaChange') {
    const { type, argTypes, ...rest } = result.change;
    const { opcode, stream, kind } = expected;
    assert.deepEqual({ opcode, stream, kind, ...rest, argumentTypes: argTypes }, expected);
    assert.equal(type, kind);
  }
  if (result.kind === 'prepared') {
    const { id, resultMetadataId, bindFlags, partitionKeyIndexes, bindColumns, resultProgram } = result.prepared;
    assert.equal(toHex(id), expected['id']);
    assert.equal(toHex(resultMetadataId), expected['resultMetadataId']);
    assert.equal(bindFlags, expected['flags']);
    assert.deepEqual(partitionKeyIndexes, expected['partitionKey']);
    assert.deepEqual(bindColumns, (expected['markers'] as ColumnJson[]).map(columnOf));
    const columns = resultProgram < 0 ? null : columnsOf(resultProgram);
    assert.deepEqual(columns, (expected['resultColumns'] as ColumnJson[] | null)?.map(columnOf) ?? null);
  }
}

function checkRows(delivery: PushResult['delivery'], expected: Json): void {
  const header = readRowsHeader(delivery, 0);
  checkPrefix(header.prefix, expected);
  assert.equal(toHex(header.pagingState), expected['pagingState'] ?? null);
  assert.equal(toHex(header.newResultMetadataId), expected['newMetadataId'] ?? null);
  const rows = expected['rows'] as unknown[] | undefined;
  assert.equal(delivery.i32[RecordWord.ROW_COUNT], rows?.length ?? expected['rowCount']);
  const columns = columnsOf(delivery.i32[RecordWord.PROGRAM] ?? -1);
  assert.deepEqual(columns, (expected['columns'] as ColumnJson[]).map(columnOf));
}

function columnOf({ type, ...names }: ColumnJson): ColumnSpec {
  return { ...names, type: typeOf(type) };
}

function columnsOf(program: number): readonly ColumnSpec[] {
  return readProgramDescription(new ColdReader(core.describeProgram(program), 0)).columns;
}

for (const { name, hex, value } of readVectors<TypeJson>('types.json')) {
  test(`reads the type: ${name}`, () => {
    // One column without a name, of a table without one.
    const metadata = bytesOf(`00000001 00000001 0000 0000 0000 ${hex}`);
    const [column] = columnsOf(core.registerProgram(metadata));
    assert.deepEqual(column?.type, typeOf(value));
  });
}

const PARTITIONERS: Readonly<Record<string, number>> = { murmur3: 1, cdc: 4 };

for (const { name, hex, value } of readVectors<{ partitioner: string | null; token: string }>('tokens.json')) {
  const partitioner = PARTITIONERS[value.partitioner ?? ''];
  if (partitioner === undefined) continue;
  test(`gives the token: ${name}`, () => {
    assert.equal(core.hashKey(partitioner, bytesOf(hex)), BigInt(value.token));
  });
}
