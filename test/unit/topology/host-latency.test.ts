import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { HostLatency } from '../../../src/topology/host-latency.ts';

test('the first answer is the average, later ones move it by the time that has passed', () => {
  const latency = new HostLatency();
  assert.equal(latency.average, 0);
  latency.record(10, 1_000);
  assert.equal(latency.average, 10);
  latency.record(20, 2_000);
  assert.equal(latency.average, 15);
  latency.record(15, 2_000);
  assert.equal(latency.average, 15);
});

test('many answers within the window still move the average', () => {
  const latency = new HostLatency();
  latency.record(1, 0);
  for (let i = 0; i < 200; i++) latency.record(100, 1);
  assert.ok(latency.average > 99, `got ${latency.average}`);
});

test('an average that no answer confirms is worth less with time', () => {
  const latency = new HostLatency();
  latency.record(800, 1_000);
  assert.equal(latency.expected(1_000), 800);
  assert.equal(latency.expected(1_500), 400);
  assert.equal(latency.expected(2_000), 200);
  assert.equal(latency.average, 800);
});

test('a host is silent when its first unanswered request is out for long', () => {
  const latency = new HostLatency();
  assert.equal(latency.isSilent(1_000_000), false);
  latency.onSent(100);
  latency.onSent(300);
  assert.equal(latency.isSilent(350), false);
  assert.equal(latency.isSilent(351), true);
  latency.record(260, 360);
  assert.equal(latency.isSilent(361), false);
  latency.onSent(400);
  assert.equal(latency.isSilent(1_400), false, 'four times the average of 260 ms, at most a second');
  assert.equal(latency.isSilent(1_401), true);
});

test('a silent host is tried again two seconds after the last request, and at once when it is heard of', () => {
  const latency = new HostLatency();
  latency.onSent(0);
  latency.onSent(200);
  assert.equal(latency.isSilent(2_199), true);
  assert.equal(latency.isSilent(2_200), false);
  latency.onSent(2_200);
  assert.equal(latency.isSilent(2_201), true);
  latency.onHeard();
  assert.equal(latency.isSilent(2_202), false);
});
