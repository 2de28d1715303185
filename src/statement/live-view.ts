// Views of a detached or shrunk buffer: they claim to be empty, and would be written as such.

/** Says whether a typed array still has its bytes. Only asked of empty ones, as those without bytes have length 0. */
export function isAlive(view: ArrayBufferView): boolean {
  try {
    // The cheapest method of typed arrays that throws for such a view; a DataView throws at once.
    if (view.byteLength === 0 && !(view instanceof DataView)) Uint8Array.prototype.at.call(view as Uint8Array, 0);
    return true;
  } catch {
    return false;
  }
}
