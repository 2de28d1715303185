// A trigger of a table.

import { quoteIdentifier } from '../../types/identifier.ts';
import { textLiteral, type CqlDescribable } from './describable.ts';
import { qualifiedName } from './relation.ts';

/** What a {@link TriggerMetadata} is made of. */
export interface TriggerParts {
  readonly keyspaceName: string;
  readonly tableName: string;
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
}

/** A trigger. Immutable. */
export class TriggerMetadata implements CqlDescribable {
  readonly keyspaceName: string;
  readonly tableName: string;
  readonly name: string;
  /** `class` is the Java class that is called. */
  readonly options: Readonly<Record<string, string>>;

  constructor(parts: TriggerParts) {
    this.keyspaceName = parts.keyspaceName;
    this.tableName = parts.tableName;
    this.name = parts.name;
    this.options = Object.freeze(parts.options);
    Object.freeze(this);
  }

  asCqlQuery(): string {
    const on = qualifiedName(this.keyspaceName, this.tableName);
    return `CREATE TRIGGER ${quoteIdentifier(this.name)} ON ${on} USING ${textLiteral(this.options['class'] ?? '')}`;
  }

  exportAsString(): string {
    return `${this.asCqlQuery()};`;
  }
}
