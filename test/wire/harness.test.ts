// The harness as a whole: it leaves nothing behind, and a run that failed can be had again.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { getActiveResourcesInfo } from 'node:process';
import { describe, it } from 'node:test';
import { queryBody } from './harness/client-messages.ts';
import { ManualClock } from './harness/clock.ts';
import { FakeServer } from './harness/fake-server.ts';
import { FaultProxy } from './harness/fault-proxy.ts';
import { RawClient } from './harness/raw-client.ts';
import { WireError } from './harness/wire-error.ts';

function socketsAndTimers(): string[] {
  return getActiveResourcesInfo().filter((kind) => /TCP|Timeout|Immediate/.test(kind));
}

describe('a stop', () => {
  it('leaves no socket and no timer, whatever is under way', async () => {
    const before = socketsAndTimers();
    const server = await FakeServer.start({ nodes: 3, packs: true });
    const proxy = await FaultProxy.start({ target: { port: server.port } });
    server.on({ cql: 'slow' }).delay(60_000);
    server.on({ cql: 'trickle' }).trickle(1, 60_000);
    proxy.on({ cql: 'held' }).delay(60_000);
    const client = await RawClient.connect({ port: proxy.port, version: 5, compression: 'lz4' });
    const arrived = server.next({ cql: 'trickle' });
    const answers = ['slow', 'held', 'trickle'].map((cql) => client.request('QUERY', queryBody(cql, { version: 5 })));
    const never = server.next({ cql: 'never' });
    await arrived;
    const ends = Promise.allSettled([...answers, never]);
    await proxy.stop();
    await server.stop();
    await client.closed;
    assert.deepEqual(
      (await ends).map(({ status }) => status),
      ['rejected', 'rejected', 'rejected', 'rejected'],
    );
    await assert.rejects(never, WireError);
    assert.deepEqual(socketsAndTimers(), before);
  });

  it('can be called twice', async () => {
    const server = await FakeServer.start();
    const proxy = await FaultProxy.start({ target: { port: server.port } });
    await proxy.stop();
    await proxy.stop();
    await server.stop();
    await server.stop();
  });
});

describe('a failing process', () => {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const random = new URL(`./harness/random${extension}`, import.meta.url).href;
  const run = (exitCode: number, seed?: string): string => {
    const script = `import { nextSeed } from '${random}'; console.log(nextSeed(), nextSeed()); process.exitCode = ${exitCode};`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: { ...process.env, FERROCQL_SEED: seed },
    });
    return stdout + stderr;
  };

  it('prints its seed, and a good one does not', () => {
    assert.match(run(1, '41'), /^41 42\nwire harness: seed 41; set FERROCQL_SEED=41/);
    assert.equal(run(0, '41'), '41 42\n');
  });
});

describe('the manual clock', () => {
  it('goes through alarms in the order of their times, also those that an alarm sets', () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    clock.after(20, () => seen.push(`b at ${clock.now()}`));
    clock.after(10, () => {
      seen.push(`a at ${clock.now()}`);
      clock.after(5, () => seen.push(`c at ${clock.now()}`));
    });
    const cancel = clock.after(12, () => seen.push('never'));
    cancel();
    clock.advance(30);
    assert.deepEqual(seen, ['a at 10', 'c at 15', 'b at 20']);
    assert.equal(clock.now(), 30);
  });
});
