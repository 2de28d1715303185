// What error messages say of a value that does not fit: what it is, never what is in it, as it may be data or a secret.

/** Tells the kind of a value, and the length where it has one: `text of 9 characters`, `Uint8Array of 3`, `null`. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `text of ${value.length} characters`;
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)) {
    return `${tagOf(value)} of ${String(value.length)}`;
  }
  return tagOf(value);
}

/** Objects can make up their tag, or throw when they are asked for it. */
function tagOf(value: object): string {
  try {
    return Object.prototype.toString.call(value).slice(8, -1);
  } catch {
    return 'an object';
  }
}
