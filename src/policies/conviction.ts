// Conviction: which failures of connections make a host one that is down.

import type { DriverError } from '../errors.ts';

/** Judges one host. A throw goes to the logger and counts as a conviction. */
export interface ConvictionPolicy {
  /** Is asked when the last connection of a session to the host is lost, and when none can be opened; returns whether the host is down. */
  addFailure(error: DriverError): boolean;
  /** A connection to the host is open: what was held against it is forgotten. */
  reset(): void;
}

/** The default: the first failure convicts. */
export class SimpleConvictionPolicy implements ConvictionPolicy {
  addFailure(_error: DriverError): boolean {
    return true;
  }

  reset(): void {
    // There is nothing to forget.
  }
}
