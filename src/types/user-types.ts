// What the values of user-defined types are read as: plain objects, Maps, or instances of the user's own classes.
import { InvalidArgumentError } from '../errors.ts';
import type { RowObject } from './cql-value.ts';
import type { CqlType } from './data-type.ts';
import { describe } from './describe.ts';

/**
 * A class whose instances stand for the values of a user-defined type. `fromFields`, where there is one, is given an object with
 * all fields; else the constructor is given their values in the order of the type. Fields that are not set are null.
 */
export type UserTypeClass<T = unknown> = (new (...fields: never[]) => T) | UserTypeFactory<T>;

/** A class that makes its instances of an object with all fields. */
export interface UserTypeFactory<T = unknown> {
  readonly name: string;
  fromFields(fields: RowObject): T;
}

/** What values of a user-defined type are read as. */
export type UserTypeShape<T = unknown> = UserTypeClass<T> | 'object' | 'map';

const SHAPES: ReadonlySet<unknown> = new Set(['object', 'map']);

/** A registration. */
export interface RegisteredUserType {
  readonly keyspace: string;
  readonly userType: string;
  readonly shape: UserTypeShape;
}

/** What is registered for the user-defined types of a cluster. */
export class UserTypes {
  readonly #registered = new Map<string, RegisteredUserType>();
  #version = 0;

  /** Counts registrations: whoever keeps readers makes them anew when it changes. */
  get version(): number {
    return this.#version;
  }

  /** Everything that is registered. */
  get all(): Iterable<RegisteredUserType> {
    return this.#registered.values();
  }

  /** Registers what values of a type are read as. Throws `InvalidArgumentError` for what is neither a class nor one of the names. */
  register(keyspace: string, userType: string, shape: UserTypeShape): void {
    for (const [field, name] of Object.entries({ keyspace, userType } as Record<string, unknown>)) {
      if (typeof name === 'string' && name !== '') continue;
      throw new InvalidArgumentError(`expected a name as ${field}, got ${describe(name)}`, { field });
    }
    if (!SHAPES.has(shape) && !makesInstances(shape)) {
      const got = typeof shape === 'string' ? JSON.stringify(shape) : describe(shape);
      const expected = `a class that can be constructed or has fromFields, 'object' or 'map'`;
      throw new InvalidArgumentError(`expected ${expected}, got ${got}`, { field: 'klass' });
    }
    this.#registered.set(keyOf(keyspace, userType), { keyspace, userType, shape });
    this.#version++;
  }

  /** What values of a type are read as; `'object'` if nothing is registered. */
  shapeOf(type: CqlType): UserTypeShape {
    return this.#registered.get(keyOf(type.keyspace ?? '', type.typeName ?? ''))?.shape ?? 'object';
  }
}

/** Whether it is a class: an arrow function would throw at every row. */
function makesInstances(shape: unknown): boolean {
  if (typeof shape !== 'function') return false;
  if ('fromFields' in shape) return typeof shape.fromFields === 'function';
  try {
    // Only looks whether `shape` can stand behind `new`; it is not called.
    Reflect.construct(Object, [], shape);
    return true;
  } catch {
    return false;
  }
}

/** As JSON, so that no two pairs of names look the same. */
function keyOf(keyspace: string, userType: string): string {
  return JSON.stringify([keyspace, userType]);
}
