// Values through a table of a real server: a column of each type, all values inserted, all read.

import { strict as assert } from 'node:assert';

import { executeConcurrentWithArgs, type Session } from '../../src/index.ts';
import type { TypeJson } from '../vectors/vectors.ts';
import { canonical } from './canonical.ts';
import type { TypedValues } from './random-values.ts';

export class ServerRoundTrip {
  readonly #session: Session;
  #tables = 0;
  #userTypes = 0;

  /** `session` has a keyspace of its own. */
  constructor(session: Session) {
    this.#session = session;
  }

  /** Checks that the values come back as they were bound; returns how many there were. */
  async check({ type, values }: TypedValues): Promise<number> {
    const table = `random_${this.#tables++}`;
    const cqlType = await this.#cqlOf(type);
    await this.#session.execute(`CREATE TABLE ${table} (id int PRIMARY KEY, v ${cqlType})`);
    await executeConcurrentWithArgs(
      this.#session,
      `INSERT INTO ${table} (id, v) VALUES (?, ?)`,
      values.map((value, id) => [id, value] as never),
      { concurrency: 64, raiseOnFirstError: true },
    );
    const read = new Map<number, unknown>();
    for await (const row of await this.#session.execute<{ id: number; v: unknown }>(`SELECT id, v FROM ${table}`)) {
      read.set(row.id, row.v);
    }
    assert.equal(read.size, values.length);
    for (const [id, value] of values.entries()) {
      assert.deepStrictEqual(canonical(read.get(id)), canonical(value), `value ${id} of ${cqlType}`);
    }
    await this.#session.execute(`DROP TABLE ${table}`);
    return values.length;
  }

  /** The type as CQL, frozen; its user-defined types are created. */
  async #cqlOf(type: TypeJson): Promise<string> {
    if (typeof type === 'string') return type;
    if ('list' in type) return `frozen<list<${await this.#cqlOf(type.list)}>>`;
    if ('set' in type) return `frozen<set<${await this.#cqlOf(type.set)}>>`;
    if ('map' in type) return `frozen<map<${await this.#cqlOf(type.map[0])}, ${await this.#cqlOf(type.map[1])}>>`;
    if ('tuple' in type) return `frozen<tuple<${(await this.#allOf(type.tuple)).join(', ')}>>`;
    if ('vector' in type) return `vector<${await this.#cqlOf(type.vector[0])}, ${type.vector[1]}>`;
    if ('custom' in type) throw new Error('a custom type has no random values');
    const { fields } = type.udt;
    const types = await this.#allOf(fields.map(([, field]) => field));
    const name = `user_type_${this.#userTypes++}`;
    await this.#session.execute(
      `CREATE TYPE ${name} (${fields.map(([field], i) => `${field} ${types[i]}`).join(', ')})`,
    );
    return `frozen<${name}>`;
  }

  async #allOf(types: readonly TypeJson[]): Promise<string[]> {
    const cql: string[] = [];
    for (const type of types) cql.push(await this.#cqlOf(type));
    return cql;
  }
}
