// A reporter of `node --test` that writes nothing but the runner's own closing counts, as JSON.
import type { TestEvent } from 'node:test/reporters';

const COUNTS = /^(tests|suites|pass|fail|cancelled|skipped|todo) (\d+)$/;

/** Yields one JSON object once the run has ended. */
export default async function* countReporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts: Record<string, number> = {};
  for await (const { type, data } of events) {
    // Counts come as diagnostics of the whole run; a later one wins.
    const [, name, count] = type === 'test:diagnostic' ? (COUNTS.exec(data.message) ?? []) : [];
    if (name !== undefined) counts[name] = Number(count);
  }
  yield JSON.stringify(counts);
}
