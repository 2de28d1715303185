// The tree of a CQL type, as metadata, schema and parsed type text give it. Reading and writing values is left to others.
import { InvalidArgumentError } from '../errors.ts';
import { describe } from './describe.ts';
import { quoteTypeName } from './identifier.ts';

/** Kind of each type option, by the number it has on the wire; `vector` has the number that the core gives it. */
// native_protocol_v5.spec 4.2.5.2
const kindOfId = {
  0x00: 'custom',
  0x01: 'ascii',
  0x02: 'bigint',
  0x03: 'blob',
  0x04: 'boolean',
  0x05: 'counter',
  0x06: 'decimal',
  0x07: 'double',
  0x08: 'float',
  0x09: 'int',
  0x0b: 'timestamp',
  0x0c: 'uuid',
  0x0d: 'text',
  0x0e: 'varint',
  0x0f: 'timeuuid',
  0x10: 'inet',
  0x11: 'date',
  0x12: 'time',
  0x13: 'smallint',
  0x14: 'tinyint',
  0x15: 'duration',
  0x20: 'list',
  0x21: 'map',
  0x22: 'set',
  0x30: 'udt',
  0x31: 'tuple',
  0x8000: 'vector',
} as const;

/** Every kind of CQL type that the protocol can describe. */
export type CqlTypeKind = (typeof kindOfId)[keyof typeof kindOfId];
/** The kinds that need nothing but their name. */
export type NativeTypeKind = Exclude<CqlTypeKind, 'custom' | 'list' | 'map' | 'set' | 'udt' | 'tuple' | 'vector'>;

const composite: ReadonlySet<string> = new Set(['custom', 'list', 'map', 'set', 'udt', 'tuple', 'vector']);
const kinds: ReadonlyMap<number, CqlTypeKind> = new Map(
  Object.entries(kindOfId).map(([id, kind]) => [Number(id), kind]),
);
const ids: ReadonlyMap<string, number> = new Map([...kinds].map(([id, kind]) => [kind, id]));

interface CqlTypeParts {
  readonly kind: CqlTypeKind;
  readonly args?: readonly CqlType[];
  readonly frozen?: boolean;
  readonly keyspace?: string;
  readonly typeName?: string;
  readonly fieldNames?: readonly string[];
  readonly dimensions?: number;
  readonly className?: string;
}

/** What a user-defined type is made of. */
export interface UdtParts {
  /** Keyspace of the type; empty where it is not known. */
  readonly keyspace: string;
  /** Name of the type, unquoted. */
  readonly typeName: string;
  /** Names of its fields, in order, unquoted. */
  readonly fieldNames: readonly string[];
  /** Types of its fields, in the same order. */
  readonly fieldTypes: readonly CqlType[];
}

/**
 * Describes a CQL type. Immutable; made by the static methods.
 *
 * @example CqlType.map(CqlType.native('text'), CqlType.list(CqlType.native('int'), true)).toString() // map<text, frozen<list<int>>>
 */
export class CqlType {
  /** What kind of type this is. */
  readonly kind: CqlTypeKind;
  /** Element, key and value, component or field types, in order; empty for native and custom types. */
  readonly args: readonly CqlType[];
  /** True if the type is known to be frozen. The protocol does not tell it, schema and type text do. */
  readonly frozen: boolean;
  /** Keyspace of a user-defined type; empty where it is not known. */
  declare readonly keyspace?: string;
  /** Name of a user-defined type. */
  declare readonly typeName?: string;
  /** Field names of a user-defined type, in the order of `args`. */
  declare readonly fieldNames?: readonly string[];
  /** Number of elements of a vector. */
  declare readonly dimensions?: number;
  /** Java class of a custom type. */
  declare readonly className?: string;

  static readonly #natives: ReadonlyMap<string, CqlType> = new Map(
    [...kinds.values()].filter((kind) => !composite.has(kind)).map((kind) => [kind, new CqlType({ kind })]),
  );

  private constructor(parts: CqlTypeParts, frozen = parts.frozen ?? false) {
    this.kind = parts.kind;
    this.args = Object.freeze([...(parts.args ?? [])]);
    this.frozen = frozen;
    if (parts.keyspace !== undefined) this.keyspace = parts.keyspace;
    if (parts.typeName !== undefined) this.typeName = parts.typeName;
    if (parts.fieldNames !== undefined) this.fieldNames = Object.freeze([...parts.fieldNames]);
    if (parts.dimensions !== undefined) this.dimensions = parts.dimensions;
    if (parts.className !== undefined) this.className = parts.className;
    Object.freeze(this);
  }

  /** Returns the one instance of a native type. Throws `InvalidArgumentError` for a name that is none. */
  static native(kind: NativeTypeKind): CqlType {
    const type = CqlType.#natives.get(kind);
    if (type !== undefined) return type;
    const got = typeof kind === 'string' ? kind : describe(kind);
    throw new InvalidArgumentError(`expected a native type, got ${got}`, { field: 'kind' });
  }

  /** Makes a list type. */
  static list(element: CqlType, frozen = false): CqlType {
    return new CqlType({ kind: 'list', args: [element], frozen });
  }

  /** Makes a set type. */
  static set(element: CqlType, frozen = false): CqlType {
    return new CqlType({ kind: 'set', args: [element], frozen });
  }

  /** Makes a map type. */
  static map(key: CqlType, value: CqlType, frozen = false): CqlType {
    return new CqlType({ kind: 'map', args: [key, value], frozen });
  }

  /** Makes a tuple type. */
  static tuple(components: readonly CqlType[], frozen = false): CqlType {
    return new CqlType({ kind: 'tuple', args: components, frozen });
  }

  /** Makes a vector type. Throws `InvalidArgumentError` if `dimensions` is not an integer from 1 to 2^31 - 1. */
  static vector(element: CqlType, dimensions: number): CqlType {
    if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > 0x7fffffff) {
      throw new InvalidArgumentError(`expected 1 to 2147483647 dimensions, got ${dimensions}`, { field: 'dimensions' });
    }
    return new CqlType({ kind: 'vector', args: [element], dimensions });
  }

  /** Makes a user-defined type. Throws `InvalidArgumentError` if names and types differ in number. */
  static udt(parts: UdtParts, frozen = false): CqlType {
    const { keyspace, typeName, fieldNames, fieldTypes } = parts;
    if (fieldNames.length !== fieldTypes.length) {
      const counts = `${fieldNames.length} names and ${fieldTypes.length} types`;
      throw new InvalidArgumentError(`expected as many field names as field types, got ${counts}`, {
        field: 'fieldTypes',
      });
    }
    return new CqlType({ kind: 'udt', args: fieldTypes, keyspace, typeName, fieldNames, frozen });
  }

  /** Makes a type of which only the Java class is known; its values are bytes. */
  static custom(className: string): CqlType {
    return new CqlType({ kind: 'custom', className });
  }

  /** What `system_schema` would call the type without its parameters: `list`, `text`, the name of a UDT, a Java class. */
  get name(): string {
    return this.typeName ?? this.className ?? this.kind;
  }

  /** Returns the same type, frozen. */
  freeze(): CqlType {
    return this.frozen ? this : new CqlType(this, true);
  }

  /**
   * Says whether two types have the same values: same kind and parameters, same UDT with the same fields.
   * Freezing does not count, as it changes no byte of a value.
   */
  equals(other: unknown): boolean {
    if (this === other) return true;
    return (
      other instanceof CqlType &&
      this.kind === other.kind &&
      this.keyspace === other.keyspace &&
      this.typeName === other.typeName &&
      this.dimensions === other.dimensions &&
      this.className === other.className &&
      this.args.length === other.args.length &&
      this.args.every((arg, i) => arg.equals(other.args[i]) && this.fieldNames?.[i] === other.fieldNames?.[i])
    );
  }

  /** Writes the type as CQL: `map<text, frozen<list<int>>>`; a UDT by its name without keyspace, a custom type as a quoted class. */
  toString(): string {
    const text = this.#unfrozenText();
    return this.frozen ? `frozen<${text}>` : text;
  }

  /** Returns the CQL text. */
  toJSON(): string {
    return this.toString();
  }

  #unfrozenText(): string {
    switch (this.kind) {
      case 'custom':
        return `'${this.name.replaceAll("'", "''")}'`;
      case 'udt':
        return quoteTypeName(this.name);
      case 'vector':
        return `vector<${this.args.join('')}, ${this.dimensions ?? 0}>`;
      default:
        return composite.has(this.kind) ? `${this.kind}<${this.args.join(', ')}>` : this.kind;
    }
  }
}

/** Says which kind of type has this option id on the wire; undefined for a number that the protocol does not know. */
export function kindOfTypeId(id: number): CqlTypeKind | undefined {
  return kinds.get(id);
}

/** Returns the option id of a kind. */
export function typeIdOfKind(kind: CqlTypeKind): number {
  return ids.get(kind) as number;
}

/** Says whether a kind needs nothing but its name. */
export function isNativeKind(kind: string): kind is NativeTypeKind {
  return ids.has(kind) && !composite.has(kind);
}
