// The public data sets of the demo, read from the npm package vega-datasets: 200,000 flights without a key, 20,000 flights
// with origin and destination, and the airports of the United States.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

export interface Flight {
  readonly delay: number;
  readonly distance: number;
  readonly time: number;
}

export interface Departure {
  readonly origin: string;
  readonly date: Date;
  readonly destination: string;
  readonly delay: number;
  readonly distance: number;
}

export interface Airport {
  readonly iata: string;
  readonly name: string;
  readonly city: string;
  readonly state: string;
  readonly country: string;
  readonly latitude: number;
  readonly longitude: number;
}

export interface DataSets {
  readonly flights: readonly Flight[];
  readonly departures: readonly Departure[];
  readonly airports: readonly Airport[];
}

/** Reads and parses all three sets. */
export function readDataSets(): DataSets {
  const folder = dataFolder();
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return {
    flights: JSON.parse(text('flights-200k.json')) as Flight[],
    departures: (JSON.parse(text('flights-20k.json')) as (Omit<Departure, 'date'> & { date: string })[]).map((row) => ({
      ...row,
      date: parseDate(row.date),
    })),
    airports: parse<Record<keyof Airport, string>>(text('airports.csv'), { columns: true }).map((row) => ({
      ...row,
      latitude: Number(row.latitude),
      longitude: Number(row.longitude),
    })),
  };
}

/** The package exports no file of its own, so that its folder is looked for where Node would look. */
function dataFolder(): string {
  const folders = (createRequire(import.meta.url).resolve.paths('vega-datasets') ?? []).map((path) =>
    join(path, 'vega-datasets', 'data'),
  );
  const folder = folders.find((path) => existsSync(path));
  if (folder === undefined) throw new Error('expected the npm package vega-datasets to be installed, found it nowhere');
  return folder;
}

/** `2001/01/01 00:47`, taken as UTC. */
function parseDate(text: string): Date {
  return new Date(`${text.replaceAll('/', '-').replace(' ', 'T')}Z`);
}
