import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { SingleFlight } from '../../../src/control/single-flight.ts';

test('who asks while work runs shares the run after it, and a failure is that of its own run alone', async () => {
  const ends: (() => void)[] = [];
  let running = 0;
  let runs = 0;
  const flight = new SingleFlight(async () => {
    const run = ++runs;
    assert.equal(++running, 1);
    await new Promise<void>((resolve) => ends.push(resolve));
    running--;
    if (run === 1) throw new Error('first');
    return run;
  });
  const first = flight.run();
  const later = [flight.run(), flight.run(), flight.run()];
  ends[0]?.();
  await assert.rejects(first, /first/);
  while (ends.length < 2) await new Promise((resolve) => setImmediate(resolve));
  ends[1]?.();
  assert.deepEqual(await Promise.all(later), [2, 2, 2]);
  const last = flight.run();
  ends[2]?.();
  assert.equal(await last, 3);
});
