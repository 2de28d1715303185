// The tables of hostile responses: what a server may do to a driver, as data. `scenario-runner.ts` lets one driver meet them.
import { compressionScenarios } from './scenarios/compression-scenarios.ts';
import { frameScenarios } from './scenarios/frame-scenarios.ts';
import { handshakeScenarios } from './scenarios/handshake-scenarios.ts';
import { messageScenarios } from './scenarios/message-scenarios.ts';
import { rowsScenarios } from './scenarios/rows-scenarios.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { scyllaScenarios } from './scenarios/scylla-scenarios.ts';
import { segmentScenarios } from './scenarios/segment-scenarios.ts';
import { v5BodyScenarios } from './scenarios/v5-body-scenarios.ts';
import { valueScenarios } from './scenarios/value-scenarios.ts';

function anyVersion(version: number): Scenario[] {
  return [
    ...handshakeScenarios(version),
    ...frameScenarios(version),
    ...messageScenarios(version),
    ...rowsScenarios(version),
    ...valueScenarios(version),
  ];
}

/** One response replaced, over v4. */
export const hostileV4: readonly Scenario[] = [...anyVersion(4), ...compressionScenarios(4)];

/** What only v5 and its segments make possible, and Scylla's extensions. */
export const hostileV5: readonly Scenario[] = [...segmentScenarios(), ...v5BodyScenarios(), ...scyllaScenarios()];

/** The rows of v4 that v5 knows too, inside true segments. */
export const hostileV4OverV5: readonly Scenario[] = anyVersion(5);
