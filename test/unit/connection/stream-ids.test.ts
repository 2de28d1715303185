import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { StreamIds } from '../../../src/connection/stream-ids.ts';

test('hands out every id from 1 to the capacity once, then none', () => {
  const ids = new StreamIds(4);

  const taken = [ids.take(), ids.take(), ids.take(), ids.take(), ids.take()];

  assert.deepEqual(taken, [1, 2, 3, 4, -1]);
});

test('never hands out id 0, on which servers put the errors of what they could not read', () => {
  const ids = new StreamIds(3);

  for (let i = 0; i < 20; i++) {
    const id = ids.take();
    assert.notEqual(id, 0);
    ids.release(id);
  }
});

test('hands out the id that was freed longest ago', () => {
  const ids = new StreamIds(3);
  ids.take();
  ids.take();
  ids.release(2);
  ids.release(1);

  assert.deepEqual([ids.take(), ids.take(), ids.take()], [3, 2, 1]);
});

test('keeps an orphaned id reserved until it is released', () => {
  const ids = new StreamIds(1);
  const id = ids.take();
  ids.orphan(id);

  assert.equal(ids.take(), -1);
  assert.equal(ids.release(id), true);
  assert.equal(ids.take(), id);
});

test('refuses to release what is free and to orphan what is not in flight', () => {
  const ids = new StreamIds(2);
  const id = ids.take();
  ids.orphan(id);

  assert.equal(ids.orphan(id), false);
  assert.equal(ids.release(2), false);
  assert.equal(ids.release(0), false);
  assert.equal(ids.release(99), false);
  assert.equal(ids.release(-1), false);
});

test('counts free, in flight and orphaned ids so that they always add up to the capacity', () => {
  const step = fc.record({ action: fc.constantFrom('take', 'release', 'orphan'), pick: fc.nat() });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.array(step, { maxLength: 300 }), (capacity, steps) => {
      const ids = new StreamIds(capacity);
      const inFlight = new Set<number>();
      const orphaned = new Set<number>();
      for (const { action, pick } of steps) {
        if (action === 'take') {
          const id = ids.take();
          assert.equal(id < 0, inFlight.size + orphaned.size === capacity);
          assert.ok(!inFlight.has(id) && !orphaned.has(id), 'an id that is taken was handed out again');
          if (id >= 0) inFlight.add(id);
        } else {
          const used = action === 'orphan' ? [...inFlight] : [...inFlight, ...orphaned];
          const id = used[pick % used.length];
          if (id === undefined) continue;
          assert.equal(action === 'orphan' ? ids.orphan(id) : ids.release(id), true);
          if (action === 'orphan') orphaned.add(id);
          else orphaned.delete(id);
          inFlight.delete(id);
        }
        assert.equal(ids.free + ids.inFlight + ids.orphaned, ids.capacity);
        assert.equal(ids.inFlight, inFlight.size);
        assert.equal(ids.orphaned, orphaned.size);
        for (const id of orphaned) assert.equal(ids.isOrphaned(id), true);
      }
    }),
  );
});
