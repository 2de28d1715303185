// The tree of errors: names, codes, bases, what each says of a request, and that none of them shows a secret.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';

import * as driverErrors from '../../src/errors.ts';
import * as serverErrors from '../../src/errors/server-errors.ts';
import { redactCql } from '../../src/errors/redact-cql.ts';
import { ERROR_TABLE } from '../../src/errors/table.ts';

const { addFacts, ConnectionError, DriverError, InvalidArgumentError, NoHostAvailableError, RequestThrottledError } =
  driverErrors;
const { CqlSyntaxError, RateLimitReachedError, ReadTimeoutError, UnavailableError } = serverErrors;

type AnyErrorClass = (new (message: string, fields: never) => driverErrors.DriverError) & {
  readonly definition: { readonly name: string };
};
const exported = new Map<string, unknown>(Object.entries({ ...driverErrors, ...serverErrors }));
const host = { endpoint: { address: '10.0.0.1', port: 9042 }, address: '10.0.0.1', datacenter: 'dc1' };
const timeout = { consistency: 'QUORUM', requiredResponses: 2, receivedResponses: 1, dataRetrieved: false } as const;

function classNamed(name: string): AnyErrorClass {
  const found = exported.get(name);
  assert.equal(typeof found, 'function', `${name} is not exported`);
  return found as AnyErrorClass;
}

test('the table names every exported error class exactly once, and nothing else', () => {
  const classes = new Set(
    [...exported.values()].filter((value) => typeof value === 'function' && 'definition' in value),
  );
  const named = ERROR_TABLE.map(({ name }) => classNamed(name));
  assert.deepEqual(new Set(named), classes);
  assert.equal(named.length, classes.size);
});

for (const { name, aliases, code, base } of ERROR_TABLE) {
  test(`${name} has the code ${code}, extends ${base || 'Error'} and is exported as ${[name, ...aliases].join(', ')}`, () => {
    const errorClass = classNamed(name);
    for (const alias of aliases) assert.equal(exported.get(alias), errorClass, `${alias} is not ${name}`);
    const parent: unknown = Object.getPrototypeOf(errorClass);
    assert.equal(parent, base === '' ? Error : classNamed(base));
    const bareName = aliases[0] ?? name;
    const words = bareName.replace(/([a-z])([A-Z])/g, '$1_$2').replace(/([A-Z])([A-Z][a-z])/g, '$1_$2');
    assert.equal(code, `CQL_${words.toUpperCase()}`);
  });
}

test('an error has the name and code of its class, and a stack trace that begins with both name and message', () => {
  const error = new ReadTimeoutError('too few replicas answered', timeout);
  assert.equal(error.name, 'ReadTimeoutError');
  assert.equal(error.code, 'CQL_READ_TIMEOUT');
  assert.match(error.stack ?? '', /^ReadTimeoutError: too few replicas answered\n/);
  assert.deepEqual(Object.keys(error).includes('name'), false);
});

test('a class that a user derives keeps the code of the class it extends', () => {
  class Mine extends ConnectionError {}
  assert.equal(new Mine('refused').code, 'CQL_CONNECTION_EXCEPTION');
});

test('isDriverError knows an error of another copy of the package by its brand, and nothing else', () => {
  const foreign = Object.assign(new Error('x'), { [Symbol.for('ferrocql.DriverError')]: true });
  assert.equal(DriverError.isDriverError(foreign), true);
  assert.equal(DriverError.isDriverError(new ConnectionError('refused')), true);
  for (const other of [new Error('x'), null, undefined, 'CQL_READ_TIMEOUT', {}]) {
    assert.equal(DriverError.isDriverError(other), false);
  }
});

test('a request that a server refused is known not to be applied, one that timed out is not', () => {
  assert.equal(new CqlSyntaxError('no viable alternative').maybeApplied, false);
  assert.equal(
    new UnavailableError('1 of 2 alive', { consistency: 'QUORUM', requiredReplicas: 2, aliveReplicas: 1 }).maybeApplied,
    false,
  );
  assert.equal(new ReadTimeoutError('too few answers', timeout).maybeApplied, true);
  assert.equal(new ConnectionError('reset').maybeApplied, true);
  assert.equal(new ConnectionError('refused', { maybeApplied: false }).maybeApplied, false);
});

test('a write that replicas rejected for its rate may be applied on others, one that the coordinator rejected is not', () => {
  const limited = (opType: 'read' | 'write', rejectedByCoordinator: boolean): boolean =>
    new RateLimitReachedError('too many', { opType, rejectedByCoordinator }).maybeApplied;
  assert.equal(limited('write', false), true);
  assert.equal(limited('write', true), false);
  assert.equal(limited('read', false), false);
});

test('NoHostAvailableError lists the cause of every host in its message, also of those whose own message is empty', () => {
  const error = new NoHostAvailableError('no host could be reached', {
    errors: new Map<string, Error>([
      ['10.0.0.1:9042', new ConnectionError('connection refused')],
      ['10.0.0.2:9042', new AggregateError([new Error('v4 refused'), new Error('v6 unreachable')])],
      ['10.0.0.3:9042', new TypeError()],
    ]),
  });
  assert.equal(
    error.message,
    'no host could be reached: 10.0.0.1:9042 (ConnectionError: connection refused), ' +
      '10.0.0.2:9042 (AggregateError: Error: v4 refused; Error: v6 unreachable), 10.0.0.3:9042 (TypeError)',
  );
});

test('NoHostAvailableError is known not to be applied only if none of its causes may have been', () => {
  const of = (...causes: Error[]): boolean =>
    new NoHostAvailableError('none', { errors: new Map(causes.map((cause, i) => [String(i), cause])) }).maybeApplied;
  assert.equal(of(), false);
  assert.equal(of(new ConnectionError('refused', { maybeApplied: false })), false);
  assert.equal(of(new ConnectionError('refused', { maybeApplied: false }), new ConnectionError('reset')), true);
  assert.equal(of(new Error('unknown')), true);
});

test('facts are added where they are missing and never replace what an error knows', () => {
  const error = new ConnectionError('reset', { query: 'select a from t' });
  const attempt = { host, startedAt: 1, speculative: false, retry: 0 };
  assert.equal(addFacts(error, { query: 'select b from t', coordinator: host, attempts: [attempt] }), error);
  assert.equal(error.query, 'select a from t');
  assert.equal(error.coordinator?.endpoint.address, '10.0.0.1');
  assert.deepEqual(error.attempts, [attempt]);
  addFacts(error, { coordinator: { ...host, address: '10.0.0.9' }, attempts: [] });
  assert.equal(error.coordinator.address, '10.0.0.1');
  assert.equal(error.attempts.length, 1);
});

test('what hangs on a host beside its address, place and id shows in no error, however it is printed', () => {
  const canary = 'canary-key';
  const secretHost = {
    ...host,
    endpoint: { ...host.endpoint, tlsOptions: { key: canary } },
    pool: { password: canary },
  };
  const attempt = { host: secretHost, startedAt: 1, speculative: false, retry: 0, error: new ConnectionError('reset') };
  const errors = [
    new ConnectionError('reset', { endPoint: secretHost.endpoint, coordinator: secretHost, attempts: [attempt] }),
    new driverErrors.OperationTimedOutError('no answer within 10000 ms', { lastHost: secretHost, inFlight: 3 }),
  ];
  for (const error of errors) {
    const texts = [
      inspect(error, { depth: Infinity, showHidden: true }),
      JSON.stringify(error),
      error.stack,
      String(error),
    ];
    assert.doesNotMatch(texts.join('\n'), /canary/);
    assert.match(texts[0] ?? '', /10\.0\.0\.1/);
  }
});

test('the query of an error keeps names and markers and none of the values in the text', () => {
  const query = `INSERT INTO ks."T 1" (a, b2, "c") VALUES ('it''s canary', 42, ?, :v1, 0xcafe, 1.5e3) -- note 7`;
  const error = new CqlSyntaxError('line 1', { query });
  assert.equal(error.query, 'INSERT INTO ks."T 1" (a, b2, "c") VALUES (?, ?, ?, :v1, ?, ?) -- note 7');
});

test('redaction covers strings in $$, uuids, numbers with signs and strings that are never closed', () => {
  assert.equal(redactCql('select $$it is\n$ canary$$, x'), 'select ?, x');
  assert.equal(redactCql('where id = abcdef01-ABCD-11ec-b3c8-9f6bdeced846'), 'where id = ?');
  assert.equal(redactCql('where a = -12.5 and col_7 = 1y2mo'), 'where a = -? and col_7 = ?');
  assert.equal(redactCql("create role r with password = 'canary"), 'create role r with password = ?');
  assert.equal(redactCql('select $$canary'), 'select ?');
  assert.equal(redactCql("/* it's */ select \"a'b\" // '\n from t"), "/* it's */ select \"a'b\" // '\n from t");
});

test('redaction cuts text of more than 4096 characters, also in the middle of a string', () => {
  const text = redactCql(`select '${'canary '.repeat(10_000)}'`);
  assert.equal(text, 'select ?…');
  assert.equal(redactCql('a'.repeat(5000)).length, 4097);
});

test('toJSON gives what a log needs as plain data', () => {
  const attempt = {
    host,
    startedAt: 5,
    durationMs: 7,
    speculative: true,
    retry: 1,
    error: new ConnectionError('reset'),
  };
  const error = new ReadTimeoutError('too few answers', {
    ...timeout,
    query: 'select a from t where b = 7',
    coordinator: { ...host, endpoint: { address: '::1', port: 9042 } },
    attempts: [attempt],
    cause: new Error('below'),
  });
  assert.deepEqual(JSON.parse(JSON.stringify(error)), {
    name: 'ReadTimeoutError',
    code: 'CQL_READ_TIMEOUT',
    message: 'too few answers',
    maybeApplied: true,
    query: 'select a from t where b = ?',
    coordinator: '[::1]:9042',
    attempts: [
      {
        startedAt: 5,
        durationMs: 7,
        speculative: true,
        retry: 1,
        host: '10.0.0.1:9042',
        error: 'ConnectionError: reset',
      },
    ],
    cause: 'Error: below',
  });
});

test('toJSON of NoHostAvailableError has the cause of every host', () => {
  const error = new NoHostAvailableError('none', {
    errors: new Map([['10.0.0.1:9042', new ConnectionError('refused')]]),
  });
  assert.deepEqual(error.toJSON()['errors'], { '10.0.0.1:9042': 'ConnectionError: refused' });
});

test('what is optional and not given is absent, so that it does not show as undefined', () => {
  assert.deepEqual(Object.keys(new RequestThrottledError('queue of 16384 requests is full')), [
    'code',
    'maybeApplied',
    'attempts',
  ]);
  assert.equal('cause' in new ConnectionError('reset', { cause: undefined }), false);
  assert.equal(new InvalidArgumentError('expected a port', { field: 'port' }).field, 'port');
});
