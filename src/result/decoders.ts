// Row decoders, kept for as long as the program that they decode: making one may generate code.

import type { Program } from '../types/program.ts';
import { rowDecoder, type RowDecoder, type RowFactory } from './rows.ts';
import type { TypeMapping } from './type-mapping.ts';

export class DecoderCache {
  readonly #mapping: TypeMapping;
  readonly #decoders = new WeakMap<Program, Map<RowFactory<unknown>, RowDecoder<unknown>>>();

  constructor(mapping: TypeMapping) {
    this.#mapping = mapping;
  }

  /** What makes the rows of a program with this factory. */
  get<Row>(program: Program, factory: RowFactory<Row>): RowDecoder<Row> {
    let ofProgram = this.#decoders.get(program);
    if (ofProgram === undefined) {
      ofProgram = new Map<RowFactory<unknown>, RowDecoder<unknown>>();
      this.#decoders.set(program, ofProgram);
    }
    let decoder = ofProgram.get(factory);
    if (decoder === undefined) ofProgram.set(factory, (decoder = rowDecoder(program.columns, factory, this.#mapping)));
    return decoder as RowDecoder<Row>;
  }
}
