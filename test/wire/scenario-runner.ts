// Lets a driver meet one hostile scenario and tells what became of it. The driver comes as an adapter, so that ours and
// others are measured alike.
import { Stopwatch } from './harness/stopwatch.ts';
import { FakeServer } from './harness/fake-server.ts';
import type { Rule } from './harness/rules.ts';
import type { ReceivedRequest } from './harness/server-state.ts';
import type { Attack, Forge, Scenario, Target } from './scenarios/scenario.ts';

/** What a scenario asks of a connection. */
export interface AdapterSettings {
  readonly version: number;
  readonly compression: 'lz4' | 'snappy' | undefined;
  readonly connectTimeoutMs: number;
}

/** A driver, as far as the scenarios use it. */
export interface DriverAdapter<Session> {
  readonly name: string;
  connect(port: number, settings: AdapterSettings): Promise<Session>;
  /** Resolves to the first row, by column name; must not list rows that nobody asked for. */
  query(session: Session, cql: string, timeoutMs: number): Promise<Readonly<Record<string, unknown>> | undefined>;
  close(session: Session): Promise<void>;
}

export interface RunSettings {
  /** Of the attacked query; default 2000. */
  readonly timeoutMs: number;
  /** Of each attempt to connect; default 2000. */
  readonly connectTimeoutMs: number;
  /** How long the runner goes on asking afterwards; default 5000. */
  readonly patienceMs: number;
}

export interface Outcome {
  readonly scenario: string;
  /** False: the driver never came to the attacked message (it sends no OPTIONS, say), so nothing was shown. */
  readonly wasAttacked: boolean;
  readonly result: 'value' | 'error' | 'unsettled';
  readonly error: unknown;
  readonly row: Readonly<Record<string, unknown>> | undefined;
  readonly connection: 'kept' | 'replaced' | undefined;
  readonly figures: Figures;
  /** What was not as expected, whatever the time it took; empty where all is well. */
  readonly failures: readonly string[];
}

/** Milliseconds by the machine's clock: for `make figures`, not for a test to assert. */
export interface Figures {
  readonly settledMs: number;
  /** The longest time that the event loop stood still. */
  readonly blockedMs: number;
  /** From the victim's end to the first honest answer; undefined: none came. */
  readonly recoveredMs: number | undefined;
}

export const VICTIM = 'SELECT v FROM ks.victim';
const NEXT = 'SELECT v FROM ks.next';
const DEFAULTS: RunSettings = { timeoutMs: 2000, connectTimeoutMs: 2000, patienceMs: 5000 };
/** An error this close to the timeout is the timeout. */
const TIMEOUT_SHARE = 0.9;

/** Runs one scenario in this process; other work in it would spoil the figures. */
export async function runScenario<Session>(
  scenario: Scenario,
  adapter: DriverAdapter<Session>,
  settings: Partial<RunSettings> = {},
): Promise<Outcome> {
  const run = { ...DEFAULTS, ...settings };
  const server = await startServer(scenario);
  const stopwatch = new Stopwatch();
  const problems = watchProcess();
  try {
    return await meet({ scenario, adapter, run, server, stopwatch, problems: problems.seen });
  } finally {
    problems.stop();
    stopwatch.stop();
    await server.stop();
  }
}

/** Which figures are over what is allowed. */
export function overLimits(figures: Figures, limits: Figures): string[] {
  const { settledMs, blockedMs, recoveredMs = Infinity } = figures;
  const { recoveredMs: allowed = Infinity } = limits;
  return [
    ...(settledMs > limits.settledMs ? [`settled after ${settledMs} ms, allowed ${limits.settledMs}`] : []),
    ...(blockedMs > limits.blockedMs ? [`blocked for ${blockedMs} ms, allowed ${limits.blockedMs}`] : []),
    ...(recoveredMs > allowed ? [`recovered after ${recoveredMs} ms, allowed ${allowed}`] : []),
  ];
}

async function startServer({ version, compression, server }: Scenario): Promise<FakeServer> {
  const fake = await FakeServer.start({
    versions: [version],
    compression: compression === undefined ? ['lz4', 'snappy'] : [compression],
    toleratesViolations: true,
    ...server,
  });
  for (const cql of [VICTIM, NEXT]) {
    fake.statement(cql, { columns: [['v', 'text']], rows: [['honest']] });
  }
  return fake;
}

interface Meeting<Session> {
  readonly scenario: Scenario;
  readonly adapter: DriverAdapter<Session>;
  readonly run: RunSettings;
  readonly server: FakeServer;
  readonly stopwatch: Stopwatch;
  readonly problems: readonly string[];
}

async function meet<Session>(meeting: Meeting<Session>): Promise<Outcome> {
  const { scenario, adapter, run, server, stopwatch } = meeting;
  const isOnConnect = scenario.attack.at === 'connect';
  const rule = plant(server, scenario, stopwatch);
  const { session, victim, blockedMs } = isOnConnect ? await attackConnect(meeting, rule) : await attackQuery(meeting);
  const recoveredMs = await recover(adapter, session, run, stopwatch);
  const connection = fateOf(server);
  await adapter.close(session);
  const wasAttacked = rule === undefined || rule.applied > 0;
  const met = { ...victim, connection, recoveredMs, problems: [...meeting.problems, ...server.violations] };
  return {
    scenario: scenario.name,
    wasAttacked,
    result: victim.result,
    error: victim.error,
    row: victim.row,
    connection,
    figures: { settledMs: victim.settledMs, blockedMs, recoveredMs },
    failures: wasAttacked ? judge(scenario, met, isOnConnect ? run.connectTimeoutMs : run.timeoutMs) : [],
  };
}

interface Attacked<Session> {
  readonly session: Session;
  readonly victim: Settled;
  readonly blockedMs: number;
}

/** The victim is the first attempt to connect; where it fails the next one meets an honest server. */
async function attackConnect<Session>(
  meeting: Meeting<Session>,
  rule: Rule<ReceivedRequest> | undefined,
): Promise<Attacked<Session>> {
  const { run, stopwatch } = meeting;
  const sessions: Session[] = [];
  stopwatch.restart();
  const attempt = async (): Promise<undefined> => {
    sessions.push(await connect(meeting));
  };
  const victim = await settle(attempt, run.connectTimeoutMs + run.patienceMs, stopwatch);
  const blockedMs = stopwatch.longestGapMs;
  rule?.remove();
  return { session: sessions[0] ?? (await connect(meeting)), victim, blockedMs };
}

async function attackQuery<Session>(meeting: Meeting<Session>): Promise<Attacked<Session>> {
  const { scenario, adapter, run, server, stopwatch } = meeting;
  const session = await connect(meeting);
  stopwatch.restart();
  sendEvents(server, scenario.attack);
  const query = (): Promise<Outcome['row']> => adapter.query(session, VICTIM, run.timeoutMs);
  const victim = await settle(query, run.timeoutMs + run.patienceMs, stopwatch);
  return { session, victim, blockedMs: stopwatch.longestGapMs };
}

async function connect<Session>({ adapter, scenario, server, run }: Meeting<Session>): Promise<Session> {
  const { version, compression } = scenario;
  return adapter.connect(server.port, { version, compression, connectTimeoutMs: run.connectTimeoutMs });
}

/** Puts the attack into the server; undefined where it is no rule. */
function plant(
  server: FakeServer,
  { attack, version, compression }: Scenario,
  stopwatch: Stopwatch,
): Rule<ReceivedRequest> | undefined {
  if (attack.at === 'options' || attack.at === 'event') {
    return undefined;
  }
  if (attack.at === 'answer') {
    return server.on({ opcode: ['QUERY', 'EXECUTE'], cql: VICTIM }).reply(() => stopwatch.leaveOut(attack.response));
  }
  const rule =
    attack.at === 'query'
      ? server.on({ opcode: ['QUERY', 'EXECUTE'], cql: VICTIM })
      : server.on({ opcode: attack.opcode });
  let honest = new Uint8Array(0);
  rule
    .frame((frame) => {
      honest = frame.slice();
      return frame;
    })
    .wire(() => stopwatch.leaveOut(() => attack.forge(targetOf(honest, version, compression))));
  if (attack.ending === 'close') {
    rule.close();
  } else if (attack.ending === 'reset') {
    rule.reset();
  }
  return rule;
}

function targetOf(honest: Uint8Array, version: number, compression: Target['compression']): Target {
  const stream = new DataView(honest.buffer, honest.byteOffset, honest.byteLength).getInt16(2);
  return { version, compression, stream, honest };
}

function sendEvents(server: FakeServer, attack: Attack): void {
  if (attack.at !== 'event') {
    return;
  }
  const forge: Forge = attack.forge;
  for (const connection of server.openConnections) {
    const { version = 4, compression } = connection.state;
    connection.write(...forge({ version, compression, stream: -1, honest: new Uint8Array(0) }));
  }
}

interface Settled {
  readonly result: Outcome['result'];
  readonly error: unknown;
  readonly row: Outcome['row'];
  readonly settledMs: number;
}

/** Waits for a call, but not for ever. */
async function settle(call: () => Promise<Outcome['row']>, deadlineMs: number, stopwatch: Stopwatch): Promise<Settled> {
  const start = stopwatch.now();
  const settled = (result: Outcome['result'], row: Outcome['row'], error: unknown): Settled => ({
    result,
    row,
    error,
    settledMs: stopwatch.now() - start,
  });
  const deadline = stopwatch.deadline(deadlineMs);
  try {
    return await Promise.race([
      call().then(
        (row) => settled('value', row, undefined),
        (error: unknown) => settled('error', undefined, error),
      ),
      deadline.reached.then(() => settled('unsettled', undefined, undefined)),
    ]);
  } finally {
    deadline.cancel();
  }
}

/** Asks honestly until an answer comes. */
async function recover<Session>(
  adapter: DriverAdapter<Session>,
  session: Session,
  run: RunSettings,
  stopwatch: Stopwatch,
): Promise<number | undefined> {
  const start = stopwatch.now();
  while (stopwatch.now() - start < run.patienceMs) {
    const next = await settle(() => adapter.query(session, NEXT, run.timeoutMs), run.patienceMs, stopwatch);
    if (next.result === 'value') {
      return stopwatch.now() - start;
    }
    await stopwatch.deadline(10).reached;
  }
  return undefined;
}

/** Whether the connection on which the victim asked is there still. */
function fateOf(server: FakeServer): Outcome['connection'] {
  const asked = server.requests({ opcode: ['QUERY', 'EXECUTE'], cql: VICTIM })[0];
  const connection = server.connections.find(({ number }) => number === asked?.connection);
  if (connection === undefined) {
    return undefined;
  }
  return connection.isOpen ? 'kept' : 'replaced';
}

interface Met extends Settled {
  readonly connection: Outcome['connection'];
  readonly recoveredMs: number | undefined;
  readonly problems: readonly string[];
}

function judge(scenario: Scenario, met: Met, timeoutMs: number): string[] {
  const failures = [...met.problems];
  if (met.result === 'unsettled') {
    failures.push('the attacked call never settled');
  } else if (!isExpected(scenario, met, timeoutMs)) {
    failures.push(`expected ${scenario.expects}, got ${met.result} after ${Math.round(met.settledMs)} ms`);
  }
  if (scenario.connection !== undefined && scenario.connection !== met.connection) {
    failures.push(`expected the connection to be ${scenario.connection}, it was ${met.connection ?? 'never there'}`);
  }
  if (met.recoveredMs === undefined) {
    failures.push('no honest answer came afterwards');
  }
  for (const [name, cell] of Object.entries(met.result === 'value' ? (scenario.cells ?? {}) : {})) {
    const isThere = met.row !== undefined && Object.hasOwn(met.row, name);
    if (!isThere || String(met.row[name]) !== cell) {
      failures.push(
        `expected ${name.slice(0, 20)} = ${cell}, got ${isThere ? String(met.row[name]) : 'no such column'}`,
      );
    }
  }
  return failures;
}

function isExpected({ expects }: Scenario, { result, settledMs }: Met, timeoutMs: number): boolean {
  const isLate = settledMs >= timeoutMs * TIMEOUT_SHARE;
  switch (expects) {
    case 'settled':
      return true;
    case 'value':
      return result === 'value';
    case 'error':
      return result === 'error' && !isLate;
    case 'timeout':
      return result === 'error' && isLate;
  }
}

/** Collects what no promise and no listener of the driver caught. */
function watchProcess(): { readonly seen: string[]; stop: () => void } {
  const seen: string[] = [];
  const note = (problem: unknown): void => {
    seen.push(`uncaught: ${problem instanceof Error ? problem.message : String(problem)}`);
  };
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  return {
    seen,
    stop: () => {
      process.off('uncaughtException', note);
      process.off('unhandledRejection', note);
    },
  };
}
