// Where a value is among the bound ones, as errors say it. One instance serves a whole binding: writers move it along.

/** A place such as `values[3].tags[2]`. Entries of a map are counted: `values[3].keys[0]`, `values[3].values[0]`. */
export class BindPath {
  #root: string | number = 0;
  readonly #steps: (string | number)[] = [];
  /** How many of the steps count; setting the length of an array costs more than writing a value. */
  #depth = 0;

  /** Starts anew at a top-level value: its position or its name. */
  start(root: string | number): void {
    this.#root = root;
    this.#depth = 0;
  }

  /** Goes one level down and returns the number of that level. */
  enter(): number {
    this.#steps[this.#depth] = 0;
    return this.#depth++;
  }

  /** Moves to an element, field or component of a level. */
  step(level: number, to: string | number): void {
    this.#steps[level] = to;
  }

  /** Goes back up, out of a level. */
  leave(level: number): void {
    this.#depth = level;
  }

  /** Writes the place; names that are no plain words stand in quotes. */
  toString(): string {
    return `values${[this.#root, ...this.#steps.slice(0, this.#depth)].map(stepText).join('')}`;
  }
}

function stepText(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}
