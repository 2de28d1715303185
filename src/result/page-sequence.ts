// The pages of a result, one after the other, with some of them read ahead.
import { InvalidArgumentError } from '../errors.ts';
import { requireSignalIn } from '../types/abort-signal.ts';

/** What a sequence needs of a page. */
export interface PagedResult<Self> {
  readonly hasMorePages: boolean;
  fetchNextPage(options: { readonly signal: AbortSignal }): Promise<Self | null>;
}

/** How to go through pages. */
export interface PagesOptions {
  /** Pages to read ahead of the one at hand, 0 or more. Default: 1. */
  prefetch?: number;
  /** Stops the reading; the pages that are on their way are given up. */
  signal?: AbortSignal | undefined;
}

/** Goes through pages, beginning with the one at hand. Holds nothing and asks for nothing before the first call of `next`. */
export class PageSequence<Result extends PagedResult<Result>> implements AsyncIterableIterator<Result> {
  readonly #prefetch: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#abort?.abort(this.#signal?.reason);
  /** Pages asked for and not yet handed out, in order. */
  readonly #ahead: Promise<Result | null>[];
  /** The last page that was asked for. */
  #last: Promise<Result | null>;
  /** Gives up what was asked for; there is none before that. */
  #abort: AbortController | undefined;
  #isDone = false;

  /** Throws `InvalidArgumentError` if `prefetch` is no integer of at least 0. */
  constructor(first: Result, options: PagesOptions = {}) {
    requireSignalIn(options);
    const { prefetch = 1, signal } = options;
    if (!Number.isInteger(prefetch) || prefetch < 0) {
      throw new InvalidArgumentError(`expected an integer of at least 0 as prefetch, got ${prefetch}`, {
        field: 'prefetch',
      });
    }
    this.#prefetch = first.hasMorePages ? prefetch : 0;
    this.#signal = signal;
    this.#last = Promise.resolve(first);
    this.#ahead = [this.#last];
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Result, undefined>> {
    if (this.#isDone) return { done: true, value: undefined };
    if (this.#ahead.length === 0) this.#ask();
    const coming = this.#ahead.shift();
    while (this.#ahead.length < this.#prefetch) this.#ask();
    try {
      this.#signal?.throwIfAborted();
      const page = await coming;
      if (page !== null && page !== undefined) return { done: false, value: page };
    } catch (error) {
      this.#finish(error);
      throw error;
    }
    this.#finish();
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<Result, undefined>> {
    this.#finish();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Asks for the page behind the last one, as soon as that is there. */
  #ask(): void {
    const { signal } = (this.#abort ??= this.#start());
    const next = this.#last.then((page) => {
      return page?.hasMorePages === true && !signal.aborted ? page.fetchNextPage({ signal }) : null;
    });
    // Whoever awaits the page learns why it failed; if nobody does, nobody wants to know.
    next.catch(() => undefined);
    this.#last = next;
    this.#ahead.push(next);
  }

  #start(): AbortController {
    const controller = new AbortController();
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
    return controller;
  }

  #finish(reason?: unknown): void {
    this.#isDone = true;
    this.#ahead.length = 0;
    this.#last = Promise.resolve(null);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#abort?.abort(reason);
  }
}
