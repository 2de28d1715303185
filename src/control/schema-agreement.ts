// Schema agreement: after a schema change the nodes tell each other; until all have the same schema version, a statement may
// reach one that does not know the change yet.

import type { Clock } from '../connection/clock.ts';

/** Where schema versions are read. */
export interface SchemaVersionSource {
  schemaVersions(): Promise<ReadonlySet<string>>;
}

const POLL_MS = 200;

/**
 * Resolves to `true` as soon as all nodes have one version, to `false` when the time is over or the signal aborts, whatever
 * a look takes. The first look is at once. With no time to wait nobody is asked, and all agree.
 */
export function waitForSchemaAgreement(
  source: SchemaVersionSource,
  options: { readonly maxWaitMs: number; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<boolean> {
  const { maxWaitMs, clock, signal } = options;
  if (maxWaitMs <= 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    let pause: unknown;
    let isOver = false;
    const end = (isAgreed: boolean): void => {
      isOver = true;
      clock.clearTimeout(limit);
      clock.clearTimeout(pause);
      signal.removeEventListener('abort', onAbort);
      resolve(isAgreed);
    };
    const onAbort = (): void => end(false);
    const look = (): void => {
      // A control connection that was lost meanwhile is replaced: the next look may succeed.
      source.schemaVersions().then(
        (versions) => onVersions(versions.size === 1),
        () => onVersions(false),
      );
    };
    const onVersions = (areOne: boolean): void => {
      if (isOver) return;
      if (areOne) end(true);
      else pause = clock.setTimeout(look, POLL_MS);
    };
    const limit = clock.setTimeout(() => end(false), maxWaitMs);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else look();
  });
}
