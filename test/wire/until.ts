// Waiting for what happens in turns of the event loop.

/** Turns the event loop until it holds; what never does ends the test, not the run. */
export async function until(holds: () => boolean): Promise<void> {
  const giveUp = AbortSignal.timeout(30_000);
  while (!holds()) {
    giveUp.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
