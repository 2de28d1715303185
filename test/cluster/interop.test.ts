// ScyllaDB's Python driver and this one, on the same tables; `make interop` adds the other versions and Apache's driver.

import { interopSuite } from '../interop/interop-suite.ts';

await interopSuite('scylla-driver', [
  { protocolVersion: 5, compression: 'lz4' },
  { protocolVersion: 3, compression: null },
]);
