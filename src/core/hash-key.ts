// The tokens of keys outside of any request, hashed by the core: one instance for the process, made at the first use.

import { WasmCore } from './wasm-core.ts';

let core: WasmCore | null = null;

/** The token of a partition key: 1 Murmur3, 2 Random. */
export function hashKey(partitioner: 1 | 2, key: Uint8Array): bigint {
  core ??= new WasmCore();
  return core.hashKey(partitioner, key) ?? 0n;
}
