import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { LruCache } from '../../../src/execution/lru-cache.ts';

test('forgets what was used least recently, and says once that it is full', () => {
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
