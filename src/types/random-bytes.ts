// Random bytes in small helpings: the system is asked once for many, as asking costs more than using them.

const pool = new Uint8Array(4096);
let used = pool.length;

/** Copies fresh random bytes into `target`, which is at most 4096 bytes long. */
export function fillRandom(target: Uint8Array): void {
  if (used + target.length > pool.length) {
    globalThis.crypto.getRandomValues(pool);
    used = 0;
  }
  target.set(pool.subarray(used, used + target.length));
  pool.fill(0, used, used + target.length);
  used += target.length;
}
