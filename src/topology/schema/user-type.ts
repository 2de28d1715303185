// A user-defined type as the schema has it.

import { CqlType } from '../../types/data-type.ts';
import { quoteIdentifier, quoteTypeName } from '../../types/identifier.ts';
import { layout, type CqlDescribable } from './describable.ts';

/** What a {@link UserType} is made of. */
export interface UserTypeParts {
  readonly keyspaceName: string;
  readonly name: string;
  readonly fieldNames: readonly string[];
  readonly fieldTypes: readonly CqlType[];
}

/** A user-defined type. Immutable. */
export class UserType implements CqlDescribable {
  readonly keyspaceName: string;
  readonly name: string;
  readonly fieldNames: readonly string[];
  /** In the order of `fieldNames`. */
  readonly fieldTypes: readonly CqlType[];
  /** The same as a type of a value: not frozen. */
  readonly cqlType: CqlType;

  constructor(parts: UserTypeParts) {
    this.keyspaceName = parts.keyspaceName;
    this.name = parts.name;
    const { keyspaceName: keyspace, name: typeName, fieldNames, fieldTypes } = parts;
    this.cqlType = CqlType.udt({ keyspace, typeName, fieldNames, fieldTypes });
    this.fieldNames = this.cqlType.fieldNames ?? [];
    this.fieldTypes = this.cqlType.args;
    Object.freeze(this);
  }

  asCqlQuery(formatted = false): string {
    const { line, indent } = layout(formatted);
    const fields = this.fieldNames.map((name, i) => `${quoteIdentifier(name)} ${String(this.fieldTypes[i])}`);
    const name = `${quoteIdentifier(this.keyspaceName)}.${quoteTypeName(this.name)}`;
    const [first, last] = formatted ? [indent, line] : ['', ''];
    return `CREATE TYPE ${name} (${first}${fields.join(`,${indent}`)}${last})`;
  }

  exportAsString(): string {
    return `${this.asCqlQuery(true)};`;
  }
}

/** Types in an order in which each can be made: those that it is made of come before it. */
export function inOrderOfUse(types: Iterable<UserType>): UserType[] {
  const byName = new Map(Array.from(types, (type) => [type.name, type]));
  const ordered = new Set<UserType>();
  const entered = new Set<string>();
  const enter = (type: UserType): void => {
    if (entered.has(type.name)) return;
    entered.add(type.name);
    for (const name of userTypesWithin(type.fieldTypes)) {
      const used = byName.get(name);
      if (used !== undefined) enter(used);
    }
    ordered.add(type);
  };
  for (const name of [...byName.keys()].sort()) enter(byName.get(name) as UserType);
  return [...ordered];
}

/** Names of the user-defined types that types are directly made of. */
function* userTypesWithin(types: readonly CqlType[]): Iterable<string> {
  for (const type of types) {
    if (type.kind === 'udt') yield type.name;
    else yield* userTypesWithin(type.args);
  }
}
