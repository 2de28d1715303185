// Both Python drivers and this one on the same tables, in every protocol version, with and without compression.

import { PYTHON_DRIVERS, type PythonDriverName } from './python-driver.ts';
import { interopSuite } from './interop-suite.ts';

for (const driver of Object.keys(PYTHON_DRIVERS) as PythonDriverName[]) {
  await interopSuite(
    driver,
    ([3, 4, 5] as const).flatMap((protocolVersion) => [
      { protocolVersion, compression: null },
      { protocolVersion, compression: 'lz4' },
    ]),
  );
}
