// What a cluster uses that names no policy.

import { DCAwareRoundRobinPolicy } from './dc-aware.ts';
import { TokenAwarePolicy } from './token-aware.ts';

/** Token aware over the hosts of the local data center: the default. */
export class DefaultLoadBalancingPolicy extends TokenAwarePolicy {
  constructor(options: { localDc?: string } = {}) {
    super(new DCAwareRoundRobinPolicy(options));
  }
}
