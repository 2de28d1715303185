// Work that many things ask for at once, each of which would do it in full: hundreds of hosts that go down in one moment make
// every session look at every host, once.

/** Does the work in the next turn of the event loop, once for all who asked until then. */
export class OncePerTurn {
  readonly #work: () => void;
  #isAsked = false;

  constructor(work: () => void) {
    this.#work = work;
  }

  ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    setImmediate(() => {
      this.#isAsked = false;
      this.#work();
    });
  }
}
