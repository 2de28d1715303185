// Seeded chance. A process that fails prints the seed that it began with, and that seed makes it fail again.
const SEED_VARIABLE = 'FERROCQL_SEED';

/** Numbers that look random and are the same for the same seed. */
export class Random {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  /** At least 0, below 1. */
  next(): number {
    // Mulberry32: one multiply-and-xor round over a counter.
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** At least 0, below `limit`. */
  integer(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.integer(256));
  }
}

interface SeedSource {
  readonly first: number;
  given: number;
}

let source: SeedSource | undefined;

/** The seed for the next server or proxy of this process, which needs none of its own. */
export function nextSeed(): number {
  source ??= startSeeds();
  source.given += 1;
  return source.first + source.given - 1;
}

function startSeeds(): SeedSource {
  const wanted = process.env[SEED_VARIABLE];
  const first = wanted === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(wanted);
  process.on('exit', (code) => {
    if (code !== 0) {
      console.error(`wire harness: seed ${first}; set ${SEED_VARIABLE}=${first} for the same run again`);
    }
  });
  return { first, given: 0 };
}
