// What does the token map of a large cluster cost? 100 hosts with 256 tokens each, 200 keyspaces with 20 different
// replications: time to build the ring, time and memory when every replica of every keyspace is asked for.

import { WasmCore } from '../src/core/wasm-core.ts';
import { parseReplication } from '../src/topology/replication.ts';
import { PlacementCache } from '../src/topology/placement-cache.ts';
import { TokenRing } from '../src/topology/token-ring.ts';
import { Topology } from '../src/topology/topology.ts';
import { fakeHost } from '../test/unit/topology/fake-hosts.ts';

const HOSTS = 100;
const TOKENS = 256;
const KEYSPACES = 200;
const REPLICATIONS = 20;

const random = (): bigint =>
  BigInt.asIntN(64, (BigInt(Math.floor(Math.random() * 2 ** 32)) << 32n) ^ BigInt(Math.floor(Math.random() * 2 ** 32)));
const hosts = Array.from({ length: HOSTS }, (_, i) =>
  fakeHost(i + 1, Array.from({ length: TOKENS }, random), `dc${i % 2}`, `r${i % 6}`),
);
const replication = new Map(
  Array.from({ length: KEYSPACES }, (_, i) => {
    const n = i % REPLICATIONS;
    const options: [string, string][] = [
      ['class', 'NetworkTopologyStrategy'],
      ['dc0', String((n % 4) + 1)],
      ['dc1', String((n >> 2) % 5)],
    ];
    return [`ks${i}`, parseReplication(new Map(options))] as const;
  }),
);

const core = new WasmCore();
for (let round = 0; round < 5; round++) {
  const start = performance.now();
  const ring = TokenRing.of(hosts);
  const built = performance.now();
  core.setRing(ring.tokens as BigInt64Array);
  const set = performance.now();
  const same = TokenRing.of(hosts, 'murmur3', ring) === ring;
  const compared = performance.now();
  console.log(
    `ring of ${ring.length}: ${(built - start).toFixed(1)} ms, to the core ${(set - built).toFixed(1)} ms, ` +
      `compared (${same ? 'kept' : 'made anew'}) ${(compared - set).toFixed(1)} ms`,
  );
}
const parts = { clusterName: '', partitioner: '', hosts, replication, localDc: 'dc0', localRack: undefined };
globalThis.gc?.();
const heap = process.memoryUsage();
const ring = TokenRing.of(hosts);
const topology = new Topology({ ...parts, ring });
const start = performance.now();
let longest = 0;
for (const keyspace of replication.keys()) {
  for (let i = 0; i < ring.length; i++) {
    const before = performance.now();
    topology.replicasOf(keyspace, (ring.tokens as BigInt64Array)[i] ?? 0n);
    longest = Math.max(longest, performance.now() - before);
  }
}
const took = performance.now() - start;
globalThis.gc?.();
const later = process.memoryUsage();
console.log(
  `all replicas of all keyspaces: ${took.toFixed(0)} ms for ${KEYSPACES * ring.length}, longest ${longest.toFixed(1)} ms, ` +
    `${((later.heapUsed - heap.heapUsed + later.arrayBuffers - heap.arrayBuffers) / 1024 / 1024).toFixed(1)} MiB ` +
    `(counted ${(PlacementCache.of(ring).bytes / 1024 / 1024).toFixed(1)} MiB)`,
);
