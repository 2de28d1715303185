// Work that is asked for many times is done once in a turn of the event loop, and again when it is asked for later.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { OncePerTurn } from '../../../src/cluster/once-per-turn.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('work that is asked for a hundred times in a turn is done once, after it', async () => {
  let done = 0;
  const work = new OncePerTurn(() => done++);
  for (let i = 0; i < 100; i++) work.ask();
  assert.equal(done, 0);
  await turn();
  assert.equal(done, 1);
});

test('work that is asked for while it is done is done again', async () => {
  let done = 0;
  const work = new OncePerTurn(() => {
    if (++done === 1) work.ask();
  });
  work.ask();
  await turn();
  await turn();
  assert.equal(done, 2);
});
