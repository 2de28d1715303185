import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import fc from 'fast-check';
import { InvalidArgumentError } from '../../../src/errors.ts';
import { leastToken, MD5Token, Murmur3Token, BytesToken, tokenOf, type Token } from '../../../src/topology/token.ts';
import { TokenRange } from '../../../src/topology/token-range.ts';
import { TokenMap } from '../../../src/topology/token-map.ts';
import { fakeHost, fakeTopology } from './fake-hosts.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const m = (value: bigint): Murmur3Token => new Murmur3Token(value);

test('the token of a key is what the partitioner makes of it', () => {
  assert.equal(Murmur3Token.fromKey(text('abc')).value, -5434086359492102041n);
  assert.equal(MD5Token.fromKey(text('abc')).value, 148866708576779697295343134153845407886n);
  assert.equal(BytesToken.fromKey(text('abc')).toString(), '616263');
});

test('tokens are read from and written as what servers print, and ordered as the ring is', () => {
  assert.equal(new Murmur3Token('-9223372036854775808').value, -(2n ** 63n));
  assert.equal(JSON.stringify(m(5n)), '"5"');
  assert.ok(m(-1n).compare(m(1n)) < 0);
  assert.ok(new BytesToken('61').compare(new BytesToken('6100')) < 0);
  assert.equal(new BytesToken('ff').equals(new BytesToken(Uint8Array.of(255))), true);
  assert.equal(m(1n).equals(new MD5Token(1n)), false);
});

test('what is no token is refused', () => {
  const wrong = (make: () => unknown): void => assert.throws(make, InvalidArgumentError);
  wrong(() => new Murmur3Token(2n ** 63n));
  wrong(() => new Murmur3Token('x'));
  wrong(() => new Murmur3Token(1 as never));
  wrong(() => new MD5Token(-2n));
  wrong(() => new BytesToken('6'));
  wrong(() => new BytesToken(undefined as never));
  wrong(() => Murmur3Token.fromKey('abc' as never));
  wrong(() => m(1n).compare(new MD5Token(1n)));
  wrong(() => new TokenRange(m(1n), new MD5Token(1n)));
});

test('a range contains its end and not its start, around the ring too', () => {
  const inside = (start: bigint, end: bigint, token: bigint): boolean =>
    new TokenRange(m(start), m(end)).contains(m(token));
  assert.deepEqual(
    [10n, 11n, 20n, 21n].map((token) => inside(10n, 20n, token)),
    [false, true, true, false],
  );
  assert.deepEqual(
    [10n, 11n, 20n, 21n, -9n].map((token) => inside(20n, 10n, token)),
    [true, false, false, true, true],
  );
  const least = -(2n ** 63n);
  assert.deepEqual(
    [5n, 6n, 2n ** 63n - 1n].map((token) => inside(5n, least, token)),
    [false, true, true],
  );
  assert.equal(inside(least, least, 3n), true, 'the whole ring');
  assert.equal(inside(7n, 7n, 7n), false, 'empty');
});

test('a range that wraps has two parts', () => {
  const least = Murmur3Token.MIN;
  const range = new TokenRange(m(20n), m(10n));
  assert.equal(range.wraps, true);
  assert.deepEqual(range.unwrap().map(String), [`]20, ${String(least)}]`, `]${String(least)}, 10]`]);
  assert.equal(new TokenRange(m(20n), least).wraps, false);
  assert.deepEqual(new TokenRange(m(1n), m(2n)).unwrap().length, 1);
});

const integers = fc.oneof(
  fc.tuple(
    fc.constant('murmur3' as const),
    fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  ),
  fc.tuple(fc.constant('random' as const), fc.bigInt(-1n, 2n ** 127n), fc.bigInt(-1n, 2n ** 127n)),
);

test('the parts of a range follow each other, and their sizes differ by one at most', () => {
  fc.assert(
    fc.property(integers, fc.integer({ min: 1, max: 40 }), ([partitioner, a, b], count) => {
      const ring = partitioner === 'murmur3' ? 2n ** 64n : 2n ** 127n + 2n;
      const size = a === b ? 0n : (b - a + ring) % ring;
      fc.pre(size >= BigInt(count));
      const parts = new TokenRange(tokenOf(partitioner, a), tokenOf(partitioner, b)).splitEvenly(count);
      assert.equal(parts.length, count);
      assert.equal(parts[0]?.start.value, a);
      assert.equal(parts.at(-1)?.end.value, b);
      const sizes = parts.map(({ start, end }, i) => {
        if (i > 0) assert.ok(start.equals(parts[i - 1]?.end));
        return ((end.value as bigint) - (start.value as bigint) + ring) % ring;
      });
      const [least, ...more] = sizes.sort((x, y) => (x < y ? -1 : 1));
      assert.ok((more.at(-1) ?? least ?? 0n) - (least ?? 0n) <= 1n);
      assert.equal(
        sizes.reduce((sum, each) => sum + each, 0n),
        size,
      );
    }),
  );
});

test('the whole ring and ranges of bytes are split too', () => {
  const whole = new TokenRange(Murmur3Token.MIN, Murmur3Token.MIN).splitEvenly(4);
  assert.deepEqual(
    whole.map(({ end }) => end.value),
    [-(2n ** 62n), 0n, 2n ** 62n, -(2n ** 63n)],
  );
  for (const [start, end, count] of [
    ['', '', 300],
    ['61', '6162', 5],
    ['ff', '01', 3],
  ] as const) {
    const parts = new TokenRange(new BytesToken(start), new BytesToken(end)).splitEvenly(count);
    assert.equal(parts.length, count);
    for (const [i, part] of parts.entries()) {
      assert.ok(i === 0 || part.start.equals(parts[i - 1]?.end));
      assert.equal(part.isEmpty, false);
    }
  }
  assert.throws(() => new TokenRange(m(1n), m(3n)).splitEvenly(3), InvalidArgumentError);
  assert.throws(() => new TokenRange(m(1n), m(1n)).splitEvenly(1), InvalidArgumentError);
  assert.throws(() => new TokenRange(m(1n), m(3n)).splitEvenly(0.5), InvalidArgumentError);
});

test('the ranges of the ring hold each token once, and those of a host are what it owns or replicates', () => {
  const hosts = [fakeHost(1, [0n, 300n]), fakeHost(2, [100n]), fakeHost(3, [200n])];
  const map = new TokenMap(fakeTopology(hosts, { class: 'SimpleStrategy', replication_factor: '2' }));
  assert.deepEqual(map.ring.map(String), ['0', '100', '200', '300']);
  const ranges = map.tokenRanges();
  for (const token of [-5n, 0n, 1n, 100n, 250n, 300n, 301n]) {
    assert.equal(ranges.filter((range) => range.contains(m(token))).length, 1);
  }
  const [first] = hosts;
  assert.ok(first !== undefined);
  assert.deepEqual(map.tokenRangesOf(first).map(String), [']300, 0]', ']200, 300]']);
  assert.deepEqual(map.tokenRangesOf(first, 'ks').map(String), [']300, 0]', ']100, 200]', ']200, 300]']);
  assert.deepEqual(map.getReplicas('ks', m(150n)), [hosts[2], hosts[0]]);
  assert.deepEqual(map.getReplicas('other', m(150n)), []);
  assert.throws(() => map.getReplicas('ks', new MD5Token(1n)), InvalidArgumentError);
});

test('the range of a ring with one token is the whole ring', () => {
  const map = new TokenMap(fakeTopology([fakeHost(1, [5n])], { class: 'SimpleStrategy', replication_factor: '1' }));
  const least: Token = leastToken('murmur3');
  assert.deepEqual(map.tokenRanges().map(String), [`]${least.toString()}, ${least.toString()}]`]);
});
