// Values through the writers of this driver, through the core, and through its readers, without a server: a RESULT is made
// of the written bytes.

import { strict as assert } from 'node:assert';

import { WasmCore } from '../../src/core/wasm-core.ts';
import { RecordKind, RecordWord } from '../../src/protocol/record.ts';
import { DecoderCache } from '../../src/result/decoders.ts';
import { Page } from '../../src/result/page.ts';
import { ProgramTable } from '../../src/result/programs.ts';
import { resolveTypeMapping } from '../../src/result/type-mapping.ts';
import { BoundWriter } from '../../src/statement/bind.ts';
import { HeapSink } from '../../src/statement/byte-sink.ts';
import { typeOf } from '../vectors/vectors.ts';
import { encodeFrame } from '../wire/harness/frame.ts';
import { responseFrame, rows } from '../wire/harness/response.ts';
import type { TypedValues } from './random-values.ts';

const LENGTH_BYTES = 4;

export class CoreRoundTrip {
  readonly #core = new WasmCore();
  readonly #programs = new ProgramTable(this.#core, 1_000);
  readonly #decoders = new DecoderCache(resolveTypeMapping({}));
  readonly #connection = this.#core.openConnection({
    version: 5,
    compression: 0,
    maxFrameLength: 1 << 28,
    streamCapacity: 16,
    rateLimitCode: -1,
  });

  /** What is read of the values after they were written. */
  readBack({ type, values }: TypedValues): unknown[] {
    const column = { keyspace: 'ks', table: 't', name: 'v', type: typeOf(type) };
    const writer = new BoundWriter([column], { protocolVersion: 5 });
    const cells = values.map((value) => {
      const sink = new HeapSink(64);
      writer.write([value] as never, sink);
      return [new Uint8Array(sink.take()).subarray(LENGTH_BYTES)];
    });
    const pushed = this.#connection.push(encodeFrame(responseFrame(rows([['v', type]], cells), 5, 1)));
    assert.equal(pushed.fault, null);
    assert.equal(pushed.delivery.i32[RecordWord.KIND], RecordKind.ROWS);
    const page = new Page(pushed.delivery, 0);
    const decoder = this.#decoders.get<unknown[]>(this.#programs.get(page.program), 'tuple');
    return values.map((_, row) => decoder.row(page, row)[0]);
  }

  close(): void {
    this.#connection.close();
  }
}
