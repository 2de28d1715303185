// How many requests of a session are under way, so that a shutdown can wait for them.

import type { Clock } from '../connection/clock.ts';

export class RequestCount {
  #count = 0;
  #onIdle: (() => void) | null = null;

  get count(): number {
    return this.#count;
  }

  begin(): void {
    this.#count++;
  }

  end(): void {
    this.#count--;
    if (this.#count === 0) this.#onIdle?.();
  }

  /**
   * Resolves when none is under way, or after `limitMs`. A statement may be two requests, first its preparation: none is
   * under way when there is still none a turn of the event loop later.
   */
  async idle(limitMs: number, clock: Clock, schedule: (callback: () => void) => void): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clock.clearTimeout(timer);
        this.#onIdle = null;
        resolve();
      };
      const timer = clock.setTimeout(end, limitMs);
      const look = (): void => {
        if (this.#count === 0) end();
      };
      this.#onIdle = () => schedule(look);
      if (this.#count === 0) schedule(look);
    });
  }
}
