// Events of a cluster, and its log: who hears what, and how little a bad listener or logger can do.

import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { ClusterLog } from '../../../src/cluster/cluster-log.ts';
import { EventListeners } from '../../../src/cluster/events.ts';
import { LiveClusters } from '../../../src/cluster/live-clusters.ts';
import { InvalidArgumentError } from '../../../src/errors.ts';
import type { Logger } from '../../../src/types/logger.ts';
import { fakeHost } from '../topology/fake-hosts.ts';

const HOST = fakeHost(1, [0n]);

function recorder(): { lines: string[]; logger: Logger } {
  const lines: string[] = [];
  const at =
    (level: string) =>
    (...args: unknown[]): void =>
      void lines.push(`${level} ${String(args[0])}`);
  return { lines, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}

describe('events', () => {
  test('call listeners in order, once where that was asked, and no more after off', () => {
    const heard: string[] = [];
    const listeners = new EventListeners(() => undefined);
    const always = (): void => void heard.push('always');
    const gone = (): void => void heard.push('gone');
    listeners.add('hostUp', always, false);
    listeners.add('hostUp', () => heard.push('once'), true);
    listeners.add('hostUp', gone, false);
    listeners.remove('hostUp', gone);
    listeners.emit('hostUp', HOST);
    listeners.emit('hostUp', HOST);
    listeners.emit('hostDown', HOST);
    assert.deepEqual(heard, ['always', 'once', 'always']);
  });

  test('report what a listener throws, and go on', () => {
    const reported: string[] = [];
    const listeners = new EventListeners((message, error) => reported.push(`${message}: ${String(error)}`));
    let heard = 0;
    listeners.add(
      'hostUp',
      () => {
        throw new Error('no');
      },
      false,
    );
    listeners.add('hostUp', () => heard++, false);
    listeners.emit('hostUp', HOST);
    assert.equal(heard, 1);
    assert.deepEqual(reported, ['a listener of hostUp threw: Error: no']);
  });

  test('report what a listener rejects with', async () => {
    const reported: string[] = [];
    const listeners = new EventListeners((message, error) => reported.push(`${message}: ${String(error)}`));
    const reject = (() => Promise.reject(new Error('no'))) as never;
    listeners.add('hostUp', reject, false);
    listeners.emit('hostUp', HOST);
    await new Promise(setImmediate);
    assert.deepEqual(reported, ['a listener of hostUp threw: Error: no']);
  });

  test('refuse an event that does not exist, and a listener that is no function', () => {
    const listeners = new EventListeners(() => undefined);
    assert.throws(() => listeners.add('hostup' as 'hostUp', () => undefined, false), InvalidArgumentError);
    assert.throws(() => listeners.add('hostUp', undefined as unknown as () => void, false), InvalidArgumentError);
  });
});

describe('the log of a cluster', () => {
  test('goes to the logger, with the error in the text, and to listeners with its level and source', () => {
    const { lines, logger } = recorder();
    const log = ClusterLog.to(logger);
    const listeners = new EventListeners(() => undefined);
    const heard: string[] = [];
    const warnings: Error[] = [];
    listeners.add('log', (level, source, message) => heard.push(`${level} ${source} ${message}`), false);
    listeners.add('warning', (warning) => warnings.push(warning), false);
    log.tell(listeners);
    log.named('control').warn('the way is long', new Error('no bridge'));
    log.debug('a step');
    assert.deepEqual(lines, ['warn the way is long: no bridge', 'debug a step']);
    assert.deepEqual(heard, ['warn control the way is long: no bridge', 'debug cluster a step']);
    assert.deepEqual(
      warnings.map(({ message }) => message),
      ['the way is long: no bridge'],
    );
  });

  test('outlives a logger that throws, and a listener that throws or logs', () => {
    const throwing = (): never => {
      throw new Error('full disk');
    };
    const log = ClusterLog.to({ debug: throwing, info: throwing, warn: throwing, error: throwing });
    const listeners = new EventListeners((message, error) => log.error(message, error));
    let heard = 0;
    listeners.add(
      'log',
      () => {
        heard++;
        log.info('again');
        throw new Error('no');
      },
      false,
    );
    log.tell(listeners);
    log.info('once');
    assert.equal(heard, 1);
  });

  test('is not written for ever for a listener that rejects what it is told', async () => {
    const { lines, logger } = recorder();
    const log = ClusterLog.to(logger);
    const listeners = new EventListeners((message, error) => log.error(message, error));
    const reject = (() => Promise.reject(new Error('no'))) as never;
    listeners.add('log', reject, false);
    log.tell(listeners);
    log.info('one');
    log.info('two');
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    assert.deepEqual(lines, ['info one', 'info two', 'error a listener of log threw: no']);
  });
});

test('the fifth cluster that lives at the same time is warned of, once', () => {
  const { lines, logger } = recorder();
  const live = new LiveClusters();
  const clusters = Array.from({ length: 6 }, () => ({}));
  for (const cluster of clusters.slice(0, 4)) live.add(cluster, logger);
  live.delete(clusters[0] ?? {});
  live.add(clusters[4] ?? {}, logger);
  assert.deepEqual(lines, []);
  live.add(clusters[5] ?? {}, logger);
  live.add({}, logger);
  assert.equal(lines.length, 1);
});
