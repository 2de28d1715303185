// The programs of one instance of the core, by id. Programs that came with many different statements are dropped when there
// are too many, the oldest first, and registered again when one of them is still needed.

import type { Core } from '../core.ts';
import { WANTS_COLUMNS } from '../core/wasm-core.ts';
import { ColdReader } from '../protocol/cold-reader.ts';
import { readProgramDescription } from '../protocol/metadata.ts';
import type { Program } from '../types/program.ts';

const ID_MASK = 0x00ff_ffff;

/** The word that tells the core how to decode an answer; `program` is `null` where nothing is known yet. */
export function programWord(program: Program | null, wantsColumns: boolean): number {
  return (program === null ? 0 : program.id + 1) | (wantsColumns ? WANTS_COLUMNS : 0);
}

/** Whether a program word asks for columns. */
export function wantsColumns(word: number): boolean {
  return (word & WANTS_COLUMNS) !== 0;
}

export class ProgramTable {
  readonly #core: Core;
  readonly #limit: number;
  readonly #programs = new Map<number, Program>();

  constructor(core: Core, limit = 16_384) {
    this.#core = core;
    this.#limit = limit;
  }

  /** The program with this id; described by the core when it is first met. */
  get(id: number): Program {
    const known = this.#programs.get(id);
    if (known !== undefined) return known;
    const { metadata, columns } = readProgramDescription(new ColdReader(this.#core.describeProgram(id), 0));
    const program: Program = { id, metadata, columns };
    this.#programs.set(id, program);
    this.#evict();
    return program;
  }

  /** The program that a word names, or `null`. */
  ofWord(word: number): Program | null {
    const id = (word & ID_MASK) - 1;
    return id < 0 ? null : this.get(id);
  }

  /** The program of this table that equals one from another table, or one that was dropped here. */
  adopt(program: Program): Program {
    if (this.#programs.get(program.id) === program) return program;
    return this.get(this.#core.registerProgram(program.metadata));
  }

  #evict(): void {
    if (this.#programs.size <= this.#limit) return;
    const oldest = this.#programs.keys().next();
    if (oldest.done === true) return;
    this.#programs.delete(oldest.value);
    this.#core.dropProgram(oldest.value);
  }
}
