// How many clusters of this process are connected: an application needs one for each cluster of servers, and many of them are
// usually made by mistake, one for each request.

import type { Logger } from '../types/logger.ts';

const EXPECTED = 4;

/** Counts clusters, and warns once when there are more than an application has use for. */
export class LiveClusters {
  readonly #live = new Set<object>();
  #hasWarned = false;

  add(cluster: object, logger: Logger): void {
    this.#live.add(cluster);
    if (this.#live.size <= EXPECTED || this.#hasWarned) return;
    this.#hasWarned = true;
    logger.warn(
      `${this.#live.size} clusters are connected in this process; make one for an application, use it everywhere and shut it ` +
        'down in the end',
    );
  }

  delete(cluster: object): void {
    this.#live.delete(cluster);
  }
}

/** Those of this process. */
export const liveClusters = new LiveClusters();
