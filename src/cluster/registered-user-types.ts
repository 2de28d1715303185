// Whether the user-defined types that classes are registered for exist, as far as the schema is known.

import { UserTypeDoesNotExistError } from '../errors.ts';
import type { KeyspaceMetadata } from '../topology/schema/keyspace.ts';

/** A type by its name. */
interface NamedUserType {
  readonly keyspace: string;
  readonly userType: string;
}

/**
 * Throws {@link UserTypeDoesNotExistError} for a type that the schema does not have. A schema without any keyspace, which no server
 * has, was not read.
 */
export function requireUserTypes(
  keyspaces: ReadonlyMap<string, KeyspaceMetadata>,
  registered: Iterable<NamedUserType>,
): void {
  if (keyspaces.size === 0) return;
  for (const { keyspace, userType } of registered) {
    const known = keyspaces.get(keyspace);
    if (known?.userTypes.has(userType) === true) continue;
    const message =
      known === undefined
        ? `expected a keyspace of the schema, got ${JSON.stringify(keyspace)}`
        : `expected a user-defined type of keyspace ${JSON.stringify(keyspace)}, got ${JSON.stringify(userType)}`;
    throw new UserTypeDoesNotExistError(message, { keyspace, userType, maybeApplied: false });
  }
}
