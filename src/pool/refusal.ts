// Failures to connect that trying again soon does not mend: somebody has to change something first.

import {
  AuthenticationFailedError,
  InvalidArgumentError,
  ProtocolVersionUnsupportedError,
  type DriverError,
} from '../errors.ts';

/** Whether the host answered, and refused for a reason of its own. */
export function isRefusal(error: DriverError): boolean {
  return (
    error instanceof AuthenticationFailedError ||
    error instanceof ProtocolVersionUnsupportedError ||
    error instanceof InvalidArgumentError
  );
}
