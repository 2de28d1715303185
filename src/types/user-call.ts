// Calling what a user gave, where nobody could take an error: it is reported, at once or when a promise that came back rejects.

/** Calls a listener or callback. What it throws goes to `report`; so does the rejection of what it returns, if that is a promise. */
export function callUser(call: () => unknown, report: (error: unknown) => void): void {
  try {
    const returned = call();
    if (isPromiseLike(returned)) returned.then(undefined, report);
  } catch (error) {
    report(error);
  }
}

/** Whether a value can be waited for. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
