// Schema agreement: after a schema change the nodes tell each other; until all have the same schema version, a statement may
// reach one that does not know the change yet.

import type { Clock } from '../connection/clock.ts';

/** Where schema versions are read. */
export interface SchemaVersionSource {
  schemaVersions(): Promise<ReadonlySet<string>>;
}

const POLL_MS = 200;

/** Resolves to `true` as soon as all nodes have one version, to `false` when the time is over or the signal aborts. The first look is at once. */
export async function waitForSchemaAgreement(
  source: SchemaVersionSource,
  options: { readonly maxWaitMs: number; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<boolean> {
  const { maxWaitMs, clock, signal } = options;
  if (maxWaitMs <= 0) return true;
  const end = clock.now() + maxWaitMs;
  for (;;) {
    // A control connection that was lost meanwhile is replaced: the next look may succeed.
    const versions = await source.schemaVersions().catch(() => new Set<string>());
    if (versions.size === 1) return true;
    if (signal.aborted || clock.now() + POLL_MS > end) return false;
    await pause(clock, signal);
  }
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimeout(end, POLL_MS);
    signal.addEventListener('abort', end);
  });
}
