// What the demo does with the data: load it, read it back in each of the ways that an application would, and compare
// what came back with what was loaded.

import { strict as assert } from 'node:assert';
import cliProgress from 'cli-progress';
import {
  BatchStatement,
  ConsistencyLevel,
  executeConcurrent,
  type Params,
  type PreparedStatement,
  type Session,
} from '../../src/index.ts';
import type { Airport, DataSets, Departure, Flight } from './data-sets.ts';

const ROWS_PER_PARTITION = 1_000;
const CONCURRENCY = 256;
const POINT_READS = 5_000;

/** What a step did, for the summary. */
export interface StepReport {
  readonly step: string;
  readonly rows: number;
  readonly seconds: number;
}

const SCHEMA = [
  `CREATE KEYSPACE IF NOT EXISTS demo WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
  `CREATE TABLE IF NOT EXISTS demo.flights (
     bucket int, row int, delay int, distance int, time double, PRIMARY KEY (bucket, row))`,
  `CREATE TABLE IF NOT EXISTS demo.departures (
     origin text, date timestamp, row int, destination text, delay int, distance int, PRIMARY KEY (origin, date, row))`,
  `CREATE TABLE IF NOT EXISTS demo.airports (
     iata text PRIMARY KEY, name text, city text, state text, country text, latitude double, longitude double)`,
];

export async function createSchema(session: Session): Promise<void> {
  for (const statement of SCHEMA) await session.execute(statement);
}

/** Loads all three sets through prepared statements. */
export async function load(session: Session, data: DataSets): Promise<StepReport[]> {
  const flights = await session.prepare(
    'INSERT INTO demo.flights (bucket, row, delay, distance, time) VALUES (?, ?, ?, ?, ?)',
  );
  const departures = await session.prepare(
    'INSERT INTO demo.departures (origin, date, row, destination, delay, distance) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const airports = await session.prepare(
    'INSERT INTO demo.airports (iata, name, city, state, country, latitude, longitude) ' +
      'VALUES (:iata, :name, :city, :state, :country, :latitude, :longitude)',
  );
  return [
    await insert(session, 'load flights', flights, data.flights, (flight, row) => [
      Math.floor(row / ROWS_PER_PARTITION),
      row,
      flight.delay,
      flight.distance,
      flight.time,
    ]),
    await insert(session, 'load departures', departures, data.departures, (departure, row) => [
      departure.origin,
      departure.date,
      row,
      departure.destination,
      departure.delay,
      departure.distance,
    ]),
    await insert(session, 'load airports', airports, data.airports, (airport) => ({ ...airport })),
  ];
}

async function insert<T>(
  session: Session,
  step: string,
  statement: PreparedStatement,
  rows: readonly T[],
  params: (row: T, index: number) => Params,
): Promise<StepReport> {
  const bar = new cliProgress.SingleBar(
    {
      format: `${step.padEnd(16)} {bar} {percentage}% | {value}/{total} rows | {duration_formatted}`,
      noTTYOutput: false,
      linewrap: true,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(rows.length, 0);
  const started = performance.now();
  const results = await executeConcurrent(session, statements(), { concurrency: CONCURRENCY });
  bar.update(rows.length);
  bar.stop();
  assert(results.every((result) => result.success));
  return report(step, rows.length, started);

  function* statements(): Generator<readonly [PreparedStatement, Params]> {
    for (const [index, row] of rows.entries()) {
      if (index % 1_000 === 0) bar.update(index);
      yield [statement, params(row, index)];
    }
  }
}

/** Reads single rows by their whole key; the token of the partition key sends each to a replica. */
export async function readByKey(session: Session, flights: readonly Flight[]): Promise<StepReport> {
  const select = await session.prepare<Flight>(
    'SELECT delay, distance, time FROM demo.flights WHERE bucket = ? AND row = ?',
  );
  const started = performance.now();
  const wanted = Array.from({ length: POINT_READS }, (_, i) => (i * 7_919) % flights.length);
  const results = await executeConcurrent<Flight>(
    session,
    wanted.map((row) => [select, [Math.floor(row / ROWS_PER_PARTITION), row]] as const),
    { concurrency: CONCURRENCY },
  );
  results.forEach((result, i) => {
    assert(result.success);
    assert.deepEqual(result.result.one(), flights[wanted[i] ?? -1]);
  });
  return report('point reads', wanted.length, started);
}

/** Reads every flight, page after page, and compares each with the one loaded. */
export async function scan(session: Session, flights: readonly Flight[]): Promise<StepReport> {
  const started = performance.now();
  const seen = new Uint8Array(flights.length);
  let rows = 0;
  for await (const row of await session.execute<Flight & { row: number }>('SELECT * FROM demo.flights')) {
    const flight = flights[row.row];
    assert(flight !== undefined && seen[row.row] === 0, `row ${row.row} is not one of those loaded, or came twice`);
    assert(row.delay === flight.delay && row.distance === flight.distance && row.time === flight.time);
    seen[row.row] = 1;
    rows++;
  }
  assert.equal(rows, flights.length);
  return report('full scan', rows, started);
}

/** Reads all departures of each origin and every airport, and compares them with those loaded. */
export async function readByPartition(session: Session, data: DataSets): Promise<StepReport> {
  const select = await session.prepare<Departure & { row: number }>('SELECT * FROM demo.departures WHERE origin = ?');
  const started = performance.now();
  let rows = 0;
  for (const origin of new Set(data.departures.map((departure) => departure.origin))) {
    for await (const { row, ...departure } of await session.execute<Departure & { row: number }>(select, [origin])) {
      assert.deepEqual({ ...departure }, data.departures[row]);
      rows++;
    }
  }
  assert.equal(rows, data.departures.length);
  const airports = await (await session.execute<Airport>('SELECT * FROM demo.airports')).all();
  const loaded = new Map(data.airports.map((airport) => [airport.iata, airport]));
  for (const airport of airports) assert.deepEqual({ ...airport }, loaded.get(airport.iata));
  assert.equal(airports.length, loaded.size);
  return report('by partition', rows + airports.length, started);
}

/** Two airports in one batch. */
export async function batch(session: Session): Promise<StepReport> {
  const started = performance.now();
  const insertAirport = await session.prepare('INSERT INTO demo.airports (iata, name, city) VALUES (?, ?, ?)');
  const statement = new BatchStatement({ batchType: 'LOGGED' })
    .add(insertAirport, ['ZZ1', 'Überlingen Süd', 'Überlingen'])
    .add('INSERT INTO demo.airports (iata, name, city) VALUES (?, ?, ?)', ['ZZ2', '羽田空港', '東京']);
  await session.executeBatch(statement, { consistencyLevel: ConsistencyLevel.ONE });
  const rows = await session.execute<{ iata: string; name: string; city: string }>(
    "SELECT iata, name, city FROM demo.airports WHERE iata IN ('ZZ1', 'ZZ2')",
  );
  assert.deepEqual(
    [...rows],
    [
      { iata: 'ZZ1', name: 'Überlingen Süd', city: 'Überlingen' },
      { iata: 'ZZ2', name: '羽田空港', city: '東京' },
    ],
  );
  return report('batch', rows.length, started);
}

/** A lightweight transaction that is applied, and one that is not. */
export async function lightweightTransaction(session: Session): Promise<StepReport> {
  const started = performance.now();
  const rename = 'UPDATE demo.airports SET name = ? WHERE iata = ? IF name = ?';
  const applied = await session.execute(rename, ['Haneda', 'ZZ2', '羽田空港']);
  assert.equal(applied.wasApplied, true);
  const refused = await session.execute<{ name: string }>(rename, ['Narita', 'ZZ2', '羽田空港']);
  assert.equal(refused.wasApplied, false);
  assert.equal(refused.one()?.name, 'Haneda');
  return report('transaction', 2, started);
}

/** A query whose way through the server is traced. */
export async function traced(session: Session): Promise<readonly string[]> {
  const result = await session.execute('SELECT * FROM demo.airports WHERE iata = ?', ['SEA'], { trace: true });
  const trace = await result.getQueryTrace();
  assert(trace !== null && trace.events.length > 0);
  return trace.events.map(
    (event) => `${String(event.sourceElapsedMicros).padStart(7)} µs  ${event.source}  ${event.description}`,
  );
}

function report(step: string, rows: number, started: number): StepReport {
  return { step, rows, seconds: (performance.now() - started) / 1_000 };
}
