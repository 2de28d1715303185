import assert from 'node:assert/strict';
import test from 'node:test';
import {
  DefaultEndPoint,
  endPointText,
  isLoopback,
  parseEndPoint,
  UnixSocketEndPoint,
} from '../../../src/connection/endpoint.ts';
import { InvalidArgumentError } from '../../../src/errors.ts';

const parsed: readonly (readonly [text: string, address: string, port: number])[] = [
  ['node1', 'node1', 9042],
  ['node1.example.com:19042', 'node1.example.com', 19042],
  ['127.0.0.1', '127.0.0.1', 9042],
  ['127.0.0.1:9043', '127.0.0.1', 9043],
  ['[::1]', '::1', 9042],
  ['[::1]:9142', '::1', 9142],
  ['[fe80::1%eth0]:9142', 'fe80::1%eth0', 9142],
  ['::1', '::1', 9042],
  ['2001:db8::7', '2001:db8::7', 9042],
  ['::ffff:10.0.0.1', '::ffff:10.0.0.1', 9042],
];

for (const [text, address, port] of parsed) {
  test(`reads ${text} as ${address} and port ${port}`, () => {
    const endPoint = parseEndPoint(text, 9042);

    assert.equal(endPoint.address, address);
    assert.equal(endPoint.port, port);
  });
}

const refused = [
  '',
  ' ',
  'a b',
  'host:',
  'host:0',
  'host:65536',
  'host:9042x',
  'host:-1',
  '[::1',
  '::1]:9042',
  '[host]:9042',
  'http://host',
  'host/path',
  'user@[::1]:1',
];

for (const text of refused) {
  test(`refuses the contact point ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseEndPoint(text, 9042), InvalidArgumentError);
  });
}

test('refuses what is no text', () => {
  assert.throws(() => parseEndPoint(undefined as unknown as string), InvalidArgumentError);
});

test('refuses a port inside an address', () => {
  assert.throws(() => new DefaultEndPoint('host:9042'), InvalidArgumentError);
});

test('refuses ports that are none', () => {
  for (const port of [0, -1, 65_536, 1.5, NaN, '9042' as unknown as number]) {
    assert.throws(() => new DefaultEndPoint('host', port), { name: 'InvalidArgumentError', field: 'port' });
  }
});

test('writes IPv6 in brackets', () => {
  assert.equal(String(new DefaultEndPoint('::1', 9042)), '[::1]:9042');
  assert.equal(endPointText(new DefaultEndPoint('node1', 9042)), 'node1:9042');
});

test('writes a Unix socket as its path', () => {
  assert.equal(endPointText(new UnixSocketEndPoint('/run/cassandra.sock')), '/run/cassandra.sock');
});

test('resolves to the name as it was given, so that it is looked up at every connect', async () => {
  assert.deepEqual(await new DefaultEndPoint('node1', 9142).resolve(), { address: 'node1', port: 9142 });
});

test('knows what stays on this machine', () => {
  const loopback = [
    new DefaultEndPoint('127.8.8.8'),
    new DefaultEndPoint('::1'),
    new DefaultEndPoint('localhost'),
    new UnixSocketEndPoint('/s'),
  ];
  const elsewhere = [
    new DefaultEndPoint('10.0.0.1'),
    new DefaultEndPoint('127.example.com'),
    new DefaultEndPoint('localhost.example'),
  ];

  assert.deepEqual(loopback.map(isLoopback), [true, true, true, true]);
  assert.deepEqual(elsewhere.map(isLoopback), [false, false, false]);
});
