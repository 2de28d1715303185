// Loads the core: decompresses and compiles the inlined module on first use, once a process, synchronously, so that
// `require()` of this package works. Instances are cheap and independent; who makes one owns it.

import { brotliDecompressSync } from 'node:zlib';
import { brotliBase64 } from './pkg/module.ts';

// The part of the WebAssembly API that is used here: runtimes have it, TypeScript knows it only with the DOM library.
interface WasmModule {
  readonly brand: unique symbol;
}
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: Record<string, never>) => { readonly exports: unknown };
};

/** What the module exports. Every argument and result is a number. */
export interface CoreExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  status(): number;
  reserve_words(count: number): number;
  reserve_bytes(length: number): number;
  reserve_chunk(length: number): number;
  release_regions(): void;
  encode_request(opcode: number): number;
  seal(length: number, compression: number): number;
  hash_key(partitioner: number, length: number): number;
  set_ring(count: number): number;
  open_connection(
    version: number,
    compression: number,
    maxFrame: number,
    bigFrame: number,
    streamCapacity: number,
    rateLimitCode: number,
  ): number;
  connection_block(handle: number): number;
  close_connection(handle: number): void;
  push(handle: number, length: number): number;
  decode_body(
    version: number,
    compression: number,
    flags: number,
    opcode: number,
    stream: number,
    programWord: number,
    rateLimitCode: number,
    length: number,
  ): number;
  describe_program(id: number): number;
  register_program(length: number): number;
  drop_program(id: number): void;
}

let compiled: WasmModule | undefined;

/** Makes an instance of the core with a memory of its own. */
export function instantiate(): CoreExports {
  compiled ??= new WebAssembly.Module(brotliDecompressSync(decodeBase64(brotliBase64)));
  return new WebAssembly.Instance(compiled, {}).exports as CoreExports;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
