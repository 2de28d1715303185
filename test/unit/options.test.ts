// Options at the door: what has the wrong type is refused with its name, before anything is opened.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { InvalidArgumentError } from '../../src/errors.ts';
import { resolveOptions, type ClusterOptions } from '../../src/options.ts';

for (const [what, options, field] of [
  ['a local data center that is no text', { localDc: 5 }, 'localDc'],
  ['an empty local data center', { localDc: '' }, 'localDc'],
  ['a local rack that is no text', { localRack: {} }, 'localRack'],
  ['a keyspace that is no text', { keyspace: ['ks'] }, 'keyspace'],
  ['TLS that is text', { tls: 'yes' }, 'tls'],
  ['TLS that turns verification off by another name', { tls: { rejectUnauthorized: false } }, 'tls.rejectUnauthorized'],
  ['a policy that is text', { loadBalancingPolicy: 'round robin' }, 'loadBalancingPolicy'],
  ['a policy without plans', { loadBalancingPolicy: { distance() {}, populate() {} } }, 'loadBalancingPolicy'],
  ['a policy that is a function', { reconnectionPolicy: () => [100] }, 'reconnectionPolicy'],
  ['a retry policy without methods', { defaultRetryPolicy: {} }, 'defaultRetryPolicy'],
  ['an address translator that is null', { addressTranslator: null }, 'addressTranslator'],
  ['a connector without connect', { connector: {} }, 'connector'],
  ['a timestamp generator that is an object', { timestampGenerator: {} }, 'timestampGenerator'],
  ['credentials without text', { credentials: { username: 1, password: 'x' } }, 'credentials.username'],
  ['application info of another type', { applicationInfo: { name: 7 } }, 'applicationInfo.name'],
  ['application info that does not exist', { applicationInfo: { title: 'x' } }, 'applicationInfo.title'],
  ['a pooling option that does not exist', { pooling: { coreConnections: 2 } }, 'pooling.coreConnections'],
  ['a socket option that does not exist', { sockopts: { nodelay: true } }, 'sockopts.nodelay'],
  ['a socket option of another type', { sockopts: { noDelay: 1 } }, 'sockopts.noDelay'],
  ['a window that is no number', { schemaEventRefreshWindow: '2s' }, 'schemaEventRefreshWindow'],
  ['a window without end', { topologyEventRefreshWindow: Infinity }, 'topologyEventRefreshWindow'],
  ['a switch that is a number', { schemaMetadataEnabled: 1 }, 'schemaMetadataEnabled'],
  ['a logger without methods', { logger: {} }, 'logger'],
  ['a level that does not exist', { logger: 'loud' }, 'logger'],
] as const) {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => resolveOptions(options as unknown as ClusterOptions),
      (error) => error instanceof InvalidArgumentError && error.field === field,
    );
  });
}

test('takes windows that are off and at once, and a control query without limit', () => {
  const options = resolveOptions({
    schemaEventRefreshWindow: 0,
    topologyEventRefreshWindow: -1,
    maxSchemaAgreementWait: -1,
    controlConnectionTimeout: null,
  });
  assert.equal(options.topologyEventRefreshWindow, -1);
  assert.equal(options.statusEventRefreshWindow, 2_000);
  assert.equal(options.controlConnectionTimeout, null);
});

test('takes undefined for what was not given', () => {
  assert.equal(resolveOptions({ connectTimeout: undefined } as unknown as ClusterOptions).connectTimeout, 5_000);
});
