// Schema agreement: asked at once, then every 200 ms, never longer than it may take, whatever one look takes.

import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { waitForSchemaAgreement } from '../../../src/control/schema-agreement.ts';
import { FakeClock } from '../connection/fake-clock.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function agreement(looks: (() => Promise<ReadonlySet<string>>)[], maxWaitMs = 10_000) {
  const clock = new FakeClock();
  const closing = new AbortController();
  let asked = 0;
  const result = waitForSchemaAgreement(
    { schemaVersions: () => looks[Math.min(asked++, looks.length - 1)]?.() ?? Promise.resolve(new Set<string>()) },
    { maxWaitMs, clock, signal: closing.signal },
  );
  return { clock, closing, result, asked: () => asked };
}

const versions =
  (...ids: string[]) =>
  (): Promise<ReadonlySet<string>> =>
    Promise.resolve(new Set(ids));

describe('schema agreement', () => {
  test('is found at the first look without a timer left', async () => {
    const { clock, result, asked } = agreement([versions('a')]);
    assert.equal(await result, true);
    assert.equal(asked(), 1);
    assert.equal(clock.armed, 0);
  });

  test('is looked for every 200 ms, also while the control connection is lost', async () => {
    const lost = (): Promise<never> => Promise.reject(new Error('lost'));
    const { clock, result, asked } = agreement([versions('a', 'b'), lost, versions(), versions('b')]);
    for (let looks = 1; looks <= 3; looks++) {
      await turn();
      assert.equal(asked(), looks);
      clock.advance(200);
    }
    assert.equal(await result, true);
    assert.equal(asked(), 4);
  });

  test('is given up in time though a look takes for ever', async () => {
    const { clock, result } = agreement([() => new Promise(() => undefined)], 1_000);
    clock.advance(1_000);
    assert.equal(await result, false);
  });

  test('is given up at an abort, and not looked for with no time', async () => {
    const aborted = agreement([versions('a', 'b')]);
    aborted.closing.abort();
    assert.equal(await aborted.result, false);
    assert.equal(aborted.clock.armed, 0);
    const none = agreement([versions('a', 'b')], 0);
    assert.equal(await none.result, true);
    assert.equal(none.asked(), 0);
  });
});
