import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { LruCache } from '../../../src/execution/lru-cache.ts';

test('forgets the oldest that was not used, and says once that it is full', () => {
  let full = 0;
  const cache = new LruCache<string, number>(2, () => full++);
  cache.set('a', 1);
  cache.set('b', 2);
  assert.equal(cache.get('a'), 1);
  cache.set('c', 3);
  assert.equal(cache.get('b'), undefined);
  cache.set('d', 4);
  assert.equal(cache.get('a'), undefined);
  assert.equal(cache.size, 2);
  assert.equal(full, 1);
});

test('replaces or forgets an entry only if it is still the one expected', () => {
  const cache = new LruCache<string, number>(2);
  cache.set('a', 1);
  cache.replace('a', 2, 3);
  assert.equal(cache.get('a'), 1);
  cache.replace('a', 1, 4);
  assert.equal(cache.get('a'), 4);
  cache.replace('a', 4, undefined);
  assert.equal(cache.get('a'), undefined);
});

test('forgets one though all were used, and goes round once', () => {
  const cache = new LruCache<number, number>(100);
  for (let key = 0; key < 100; key++) cache.set(key, key);
  for (let key = 0; key < 100; key++) cache.get(key);
  cache.set(100, 100);
  assert.equal(cache.size, 100);
  assert.equal(cache.get(0), undefined);
  assert.equal(cache.get(1), 1);
});

test('keeps what is used again and again, whatever passes through', () => {
  const cache = new LruCache<string, number>(10);
  cache.set('hot', 1);
  for (let i = 0; i < 1_000; i++) {
    assert.equal(cache.get('hot'), 1);
    cache.set(`cold ${i}`, i);
  }
  assert.equal(cache.size, 10);
});
