// Row decoders, kept for as long as the program that they decode: making one may generate code. Registering a user type makes all of
// them anew.

import type { Program } from '../types/program.ts';
import { rowDecoder, type RowDecoder, type RowFactory } from './rows.ts';
import type { TypeMapping } from './type-mapping.ts';

export class DecoderCache {
  readonly #mapping: TypeMapping;
  #decoders = new WeakMap<Program, Map<RowFactory<unknown>, RowDecoder<unknown>>>();
  /** Of the registered user types that the decoders were made with. */
  #version = 0;

  constructor(mapping: TypeMapping) {
    this.#mapping = mapping;
  }

  /** What makes the rows of a program with this factory. */
  get<Row>(program: Program, factory: RowFactory<Row>): RowDecoder<Row> {
    const { version } = this.#mapping.userTypes;
    if (version !== this.#version) {
      this.#version = version;
      this.#decoders = new WeakMap();
    }
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
