// Views over the linear memory of one instance. Growing memory detaches them all at once, silently: reads of a detached
// view give `undefined`. `refresh()` after every call into the core is what keeps them true.

import type { CoreExports } from '../../bindings/load.ts';

const STATUS_WORDS = 16;

/** Linear memory as typed arrays, and the status block within it. */
export class CoreMemory {
  u8: Uint8Array<ArrayBuffer>;
  i32: Int32Array<ArrayBuffer>;
  status: Int32Array<ArrayBuffer>;
  /** Counts how often the views were replaced, so that who derives views of its own knows when to do it again. */
  generation = 0;
  readonly #memory: CoreExports['memory'];
  readonly #statusAddress: number;

  constructor(core: CoreExports) {
    this.#memory = core.memory;
    this.#statusAddress = core.status();
    const buffer = core.memory.buffer;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.status = new Int32Array(buffer, this.#statusAddress, STATUS_WORDS);
  }

  /** Replaces the views if memory has grown since they were made. */
  refresh(): void {
    const buffer = this.#memory.buffer;
    if (this.u8.buffer === buffer) return;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.status = new Int32Array(buffer, this.#statusAddress, STATUS_WORDS);
    this.generation++;
  }
}
