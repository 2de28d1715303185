// Candidates in turn: the first success wins, silence holds up nobody for long, and what comes late is let go.

import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { firstToSucceed } from '../../../src/control/staggered.ts';
import { FakeClock } from '../connection/fake-clock.ts';

interface Try {
  readonly signal: AbortSignal;
  succeed(): void;
  fail(error: Error): void;
}

function race(candidates: readonly string[], goesOn: (error: unknown) => boolean = () => true) {
  const clock = new FakeClock();
  const closing = new AbortController();
  const tries = new Map<string, Try>();
  const failures: string[] = [];
  const discarded: string[] = [];
  const result = firstToSucceed<string, string>(candidates, {
    clock,
    staggerMs: 500,
    signal: closing.signal,
    attempt: (candidate, signal) =>
      new Promise((resolve, reject) => {
        tries.set(candidate, { signal, succeed: () => resolve(candidate), fail: reject });
      }),
    onFailure: (candidate, error) => {
      failures.push(candidate);
      return goesOn(error);
    },
    discard: (late) => discarded.push(late),
  });
  return { clock, closing, tries, failures, discarded, result };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('candidates', () => {
  test('are tried one after the other as long as they fail soon', async () => {
    const { tries, failures, result, clock } = race(['a', 'b', 'c']);
    assert.deepEqual([...tries.keys()], ['a']);
    tries.get('a')?.fail(new Error('refused'));
    await turn();
    assert.deepEqual([...tries.keys()], ['a', 'b']);
    tries.get('b')?.succeed();
    assert.equal(await result, 'b');
    assert.deepEqual(failures, ['a']);
    assert.equal(clock.armed, 0);
  });

  test('are tried beside one that says nothing, which is given up when another wins', async () => {
    const { tries, clock, result, discarded } = race(['silent', 'b']);
    clock.advance(499);
    assert.equal(tries.size, 1);
    clock.advance(1);
    assert.equal(tries.size, 2);
    tries.get('b')?.succeed();
    assert.equal(await result, 'b');
    assert.equal(tries.get('silent')?.signal.aborted, true);
    tries.get('silent')?.succeed();
    await turn();
    assert.deepEqual(discarded, ['silent']);
  });

  test('give nothing when all have failed, or there are none', async () => {
    const { tries, clock, result } = race(['a', 'b']);
    clock.advance(500);
    tries.get('a')?.fail(new Error('1'));
    tries.get('b')?.fail(new Error('2'));
    assert.equal(await result, null);
    assert.equal(await race([]).result, null);
  });

  test('are not tried on after a failure that is the same everywhere', async () => {
    const { tries, result } = race(['a', 'b'], () => false);
    tries.get('a')?.fail(new Error('wrong password'));
    assert.equal(await result, null);
    assert.equal(tries.size, 1);
  });

  test('are all given up at an abort', async () => {
    const { tries, closing, result, clock } = race(['a', 'b']);
    closing.abort(new Error('enough'));
    assert.equal(await result, null);
    assert.equal(tries.get('a')?.signal.aborted, true);
    assert.equal(clock.armed, 0);
  });
});
