// The conviction policies of a cluster, one for each host, made when the host first fails or answers.

import type { DriverError } from '../errors.ts';
import type { ConvictionPolicy } from '../policies/conviction.ts';
import type { Host } from '../topology/host.ts';

export class Convictions {
  readonly #factory: (host: Host) => ConvictionPolicy;
  readonly #report: (error: unknown) => void;
  readonly #policies = new WeakMap<Host, ConvictionPolicy>();

  /** `report` gets what a policy throws. */
  constructor(factory: (host: Host) => ConvictionPolicy, report: (error: unknown) => void) {
    this.#factory = factory;
    this.#report = report;
  }

  /** Whether the host is down after this failure. */
  addFailure(host: Host, error: DriverError): boolean {
    try {
      return this.#of(host).addFailure(error);
    } catch (thrown) {
      this.#report(thrown);
      return true;
    }
  }

  reset(host: Host): void {
    try {
      this.#of(host).reset();
    } catch (thrown) {
      this.#report(thrown);
    }
  }

  #of(host: Host): ConvictionPolicy {
    let policy = this.#policies.get(host);
    if (policy === undefined) this.#policies.set(host, (policy = this.#factory(host)));
    return policy;
  }
}
