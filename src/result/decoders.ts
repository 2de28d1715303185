// Row decoders, kept for as long as the program that they decode: making one may generate code. Registering a user type makes all of
// them anew.

import type { Program } from '../types/program.ts';
import { rowDecoder, type RowDecoder, type RowFactory } from './rows.ts';
import type { TypeMapping } from './type-mapping.ts';

/** The decoders of one program. Those of functions go with them: whoever writes a function into each call makes a new one each time. */
interface ProgramDecoders {
  readonly builtin: Map<string, RowDecoder<unknown>>;
  readonly custom: WeakMap<object, RowDecoder<unknown>>;
}

export class DecoderCache {
  readonly #mapping: TypeMapping;
  #decoders = new WeakMap<Program, ProgramDecoders>();
  /** Of the registered user types that the decoders were made with. */
  #version = 0;
  /** What was asked for last; mostly it is asked for again. */
  #lastProgram: Program | null = null;
  #lastFactory: string | null = null;
  #last: RowDecoder<unknown> | null = null;

  constructor(mapping: TypeMapping) {
    this.#mapping = mapping;
  }

  /** What makes the rows of a program with this factory. */
  get<Row>(program: Program, factory: RowFactory<Row>): RowDecoder<Row> {
    const { version } = this.#mapping.userTypes;
    if (version !== this.#version) {
      this.#version = version;
      this.#decoders = new WeakMap();
      this.#last = null;
    } else if (program === this.#lastProgram && factory === this.#lastFactory && this.#last !== null) {
      return this.#last as RowDecoder<Row>;
    }
    const decoder = this.#find(program, factory);
    // Functions are not held: they are forgotten with who made them.
    if (typeof factory === 'function') return decoder;
    this.#lastProgram = program;
    this.#lastFactory = factory;
    this.#last = decoder;
    return decoder;
  }

  #find<Row>(program: Program, factory: RowFactory<Row>): RowDecoder<Row> {
    let ofProgram = this.#decoders.get(program);
    if (ofProgram === undefined) {
      ofProgram = { builtin: new Map(), custom: new WeakMap() };
      this.#decoders.set(program, ofProgram);
    }
    const known = typeof factory === 'function' ? ofProgram.custom.get(factory) : ofProgram.builtin.get(factory);
    if (known !== undefined) return known as RowDecoder<Row>;
    const decoder = rowDecoder(program.columns, factory, this.#mapping);
    if (typeof factory === 'function') ofProgram.custom.set(factory, decoder);
    else ofProgram.builtin.set(factory, decoder);
    return decoder;
  }
}
