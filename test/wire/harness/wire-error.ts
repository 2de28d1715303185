// The one error of the harness's own codec: bytes that the protocol does not allow, or a request that it forbids.

/** Tells what was expected on the wire and what came. */
export class WireError extends Error {
  override readonly name = 'WireError';
}
