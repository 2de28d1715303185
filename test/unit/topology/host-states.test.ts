// The states of hosts: each change told once, to everyone, in order.

import { strict as assert } from 'node:assert';
import { beforeEach, describe, test } from 'node:test';
import { ConnectionError } from '../../../src/errors.ts';
import { HostStates, type HostStateListener } from '../../../src/topology/host-states.ts';
import type { Logger } from '../../../src/types/logger.ts';
import { fakeHost } from './fake-hosts.ts';

const REFUSED = new ConnectionError('refused');

describe('host states', () => {
  let logged: string[];
  let states: HostStates;
  let told: string[];
  const host = fakeHost(1, [0n]);
  const other = fakeHost(2, [1n]);

  function noting(name: string): HostStateListener {
    return {
      onUp: (each) => told.push(`${name} up ${each.address}`),
      onDown: (each) => told.push(`${name} down ${each.address}`),
      onAdd: (each) => told.push(`${name} add ${each.address}`),
      onRemove: (each) => told.push(`${name} remove ${each.address}`),
    };
  }

  beforeEach(() => {
    logged = [];
    told = [];
    const note = (...args: unknown[]): void => void logged.push(args.map(String).join(' '));
    const logger: Logger = { debug: () => undefined, info: note, warn: note, error: note };
    states = new HostStates(logger);
    for (const each of [host, other]) {
      each.isUp = undefined;
      each.openConnections = 0;
    }
  });

  test('tells of each change once, however often it is reported', () => {
    states.register(noting('a'));
    states.replaceAll([host]);
    states.replaceAll([host]);
    states.onUp(host);
    states.onUp(host);
    states.onDown(host, REFUSED);
    states.onDown(host, REFUSED);
    states.onUp(host);
    assert.deepEqual(told, ['a add 127.0.0.1', 'a up 127.0.0.1', 'a down 127.0.0.1', 'a up 127.0.0.1']);
    assert.equal(logged.filter((line) => line.includes('is down')).length, 1);
  });

  test('tells every listener once, in the order of registration, and none that was taken back', () => {
    const gone = noting('gone');
    const first = noting('first');
    for (const listener of [first, gone, noting('second'), first]) states.register(listener);
    states.unregister(gone);
    states.replaceAll([host]);
    assert.deepEqual(told, ['first add 127.0.0.1', 'second add 127.0.0.1']);
  });

  test('does not take a host for down that some session is connected to', () => {
    states.register(noting('a'));
    states.replaceAll([host]);
    states.onUp(host);
    host.openConnections = 1;
    states.onDown(host, REFUSED);
    assert.equal(host.isUp, true);
  });

  test('gives a host that was removed no state any more', () => {
    states.register(noting('a'));
    states.replaceAll([host, other]);
    states.onUp(host);
    states.replaceAll([other]);
    states.onDown(host, REFUSED);
    states.onUp(host);
    assert.equal(host.isUp, undefined);
    assert.deepEqual(told, ['a add 127.0.0.1', 'a add 127.0.0.2', 'a up 127.0.0.1', 'a remove 127.0.0.1']);
  });

  test('a listener that throws is reported, and keeps nothing from the others', () => {
    states.register({
      onUp: () => {
        throw new Error('no');
      },
    });
    states.register(noting('a'));
    states.replaceAll([host]);
    states.onUp(host);
    assert(told.includes('a up 127.0.0.1'));
    assert(logged.some((line) => line.includes('onUp') && line.includes('no')));
  });

  test('what a listener rejects with is reported', async () => {
    const onAdd = (() => Promise.reject(new Error('later'))) as never;
    states.register({ onAdd });
    states.replaceAll([host]);
    await new Promise(setImmediate);
    assert(logged.some((line) => line.includes('onAdd') && line.includes('later')));
  });
});
