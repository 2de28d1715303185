// Options of the throttler.

import { fields, integer, type Check } from './checks.ts';

const limit = integer(1, 2 ** 31 - 1);

export const checkThrottler: Check = fields({
  maxConcurrentRequests: limit,
  maxRequestsPerSecond: limit,
  maxQueueSize: integer(0, 10_000_000),
});
