import assert from 'node:assert/strict';
import test from 'node:test';
import { ColdReader } from '../../../src/protocol/cold-reader.ts';
import { RECORD_WORDS } from '../../../src/protocol/record.ts';
import { errorFromMessage, readErrorMessage } from '../../../src/protocol/server-errors.ts';
import { deliveryOf } from '../connection/fake-delivery.ts';
import type { DriverError } from '../../../src/errors.ts';
import type { ColdItem } from '../connection/fake-delivery.ts';

function errorOf(...cold: ColdItem[]): DriverError {
  const delivery = deliveryOf([{ stream: 1, opcode: 0, cold }]);
  return errorFromMessage(readErrorMessage(new ColdReader(delivery, RECORD_WORDS)));
}

const plain: readonly (readonly [code: number, name: string, maybeApplied: boolean])[] = [
  [0x0000, 'ServerError', true],
  [0x000a, 'ProtocolError', false],
  [0x0100, 'AuthenticationFailedError', false],
  [0x1002, 'IsBootstrappingError', false],
  [0x1003, 'TruncateError', true],
  [0x1600, 'CDCWriteFailureError', true],
  [0x2000, 'CqlSyntaxError', false],
  [0x2100, 'UnauthorizedError', false],
  [0x2200, 'InvalidRequestError', false],
  [0x2300, 'ConfigurationError', false],
];

for (const [code, name, maybeApplied] of plain) {
  test(`makes ${name} of code 0x${code.toString(16)}`, () => {
    const error = errorOf(code, 'why', 0);

    assert.equal(error.name, name);
    assert.equal(error.message, 'why');
    assert.equal(error.maybeApplied, maybeApplied);
  });
}

const detailed: readonly (readonly [
  name: string,
  cold: readonly ColdItem[],
  facts: Readonly<Record<string, unknown>>,
])[] = [
  [
    'UnavailableError',
    [0x1000, 'm', 1, 4, 3, 2],
    { consistency: 'QUORUM', requiredReplicas: 3, aliveReplicas: 2, maybeApplied: false },
  ],
  [
    'WriteTimeoutError',
    [0x1100, 'm', 2, 6, 1, 2, 'CAS', 5],
    {
      consistency: 'LOCAL_QUORUM',
      receivedResponses: 1,
      requiredResponses: 2,
      writeType: 'CAS',
      contentions: 5,
      maybeApplied: true,
    },
  ],
  ['WriteTimeoutError', [0x1100, 'm', 2, 1, 0, 1, 'SIMPLE', -1], { writeType: 'SIMPLE', contentions: undefined }],
  [
    'ReadTimeoutError',
    [0x1200, 'm', 3, 10, 1, 2, 1],
    { consistency: 'LOCAL_ONE', dataRetrieved: true, maybeApplied: true },
  ],
  [
    'ReadFailureError',
    [0x1300, 'm', 4, 5, 1, 3, 2, 2, '10.0.0.1', 1, '::1', 5, 0],
    {
      failures: 2,
      dataRetrieved: false,
      errorCodeMap: new Map([
        ['10.0.0.1', 1],
        ['::1', 5],
      ]),
    },
  ],
  [
    'WriteFailureError',
    [0x1500, 'm', 5, 5, 1, 3, 2, 0, 'BATCH'],
    { failures: 2, writeType: 'BATCH', errorCodeMap: undefined, maybeApplied: true },
  ],
  [
    'FunctionFailureError',
    [0x1400, 'm', 6, 'ks', 'f', 2, 'int', 'text'],
    { keyspace: 'ks', function: 'f', argTypes: ['int', 'text'] },
  ],
  [
    'CasWriteUnknownError',
    [0x1700, 'm', 7, 8, 1, 2],
    { consistency: 'SERIAL', receivedResponses: 1, requiredResponses: 2, maybeApplied: true },
  ],
  ['AlreadyExistsError', [0x2400, 'm', 8, 'ks', 't'], { keyspace: 'ks', table: 't', maybeApplied: false }],
  ['AlreadyExistsError', [0x2400, 'm', 8, 'ks', ''], { keyspace: 'ks', table: undefined }],
  ['UnpreparedError', [0x2500, 'm', 9, Uint8Array.of(1, 2)], { queryId: Uint8Array.of(1, 2), maybeApplied: false }],
  [
    'RateLimitReachedError',
    [0xf000, 'm', 10, 0, 1],
    { opType: 'read', rejectedByCoordinator: true, maybeApplied: false },
  ],
  [
    'RateLimitReachedError',
    [0xf000, 'm', 10, 1, 1],
    { opType: 'write', rejectedByCoordinator: true, maybeApplied: false },
  ],
];

for (const [name, cold, facts] of detailed) {
  test(`makes ${name} with what the server says of it: ${Object.entries(facts)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ')}`, () => {
    const error = errorOf(...cold);

    assert.equal(error.name, name);
    assert.equal(error.message, 'm');
    for (const [key, value] of Object.entries(facts))
      assert.deepEqual((error as unknown as Record<string, unknown>)[key], value);
  });
}

test('makes a general error of a code that it does not know, with the code in its text', () => {
  const error = errorOf(0x8000, 'client write failure', 0);

  assert.equal(error.name, 'RequestExecutionError');
  assert.equal(error.message, 'client write failure (error 0x8000)');
  assert.equal(error.maybeApplied, true);
});

for (const code of [0x1000, 0x1100, 0x1200, 0x1300, 0x1400, 0x1500, 0x1700, 0x2500]) {
  test(`makes a general error of code 0x${code.toString(16)} when its body is too short`, () => {
    const error = errorOf(code, 'cut off', 0);

    assert.equal(error.name, 'RequestExecutionError');
    assert.match(error.message, /cut off/);
    assert.equal(error.maybeApplied, true);
  });
}

test('says which code it was when there is no text', () => {
  assert.equal(errorOf(0x2000, '', 0).message, 'the server answered with error 0x2000');
});

test('keeps the number of a consistency level that it does not know', () => {
  const error = errorOf(0x1000, 'm', 1, 77, 3, 2);

  assert.equal((error as unknown as { consistency: string }).consistency, '77');
});

test('carries the query, redacted, and the host', () => {
  const host = { endpoint: { address: '10.0.0.1', port: 9042 }, address: '10.0.0.1' };
  const message = { code: 0x2000, message: 'line 1', detail: { kind: 'none' } } as const;

  const error = errorFromMessage(message, { query: "SELECT 'secret'", host });

  assert.deepEqual(error.coordinator, host);
  assert.ok(error.query?.startsWith('SELECT') === true && !error.query.includes('secret'));
});
