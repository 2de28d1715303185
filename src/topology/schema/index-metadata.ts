// A secondary index of a table.

import { quoteIdentifier } from '../../types/identifier.ts';
import { mapLiteral, textLiteral, type CqlDescribable } from './describable.ts';
import { qualifiedName } from './relation.ts';

/** What an {@link IndexMetadata} is made of. */
export interface IndexParts {
  readonly keyspaceName: string;
  readonly tableName: string;
  readonly name: string;
  /** `COMPOSITES`, `KEYS` or `CUSTOM`. */
  readonly kind: string;
  readonly indexOptions: Readonly<Record<string, string>>;
}

/** A secondary index. Immutable. */
export class IndexMetadata implements CqlDescribable {
  readonly keyspaceName: string;
  readonly tableName: string;
  readonly name: string;
  /** `COMPOSITES` and `KEYS` are the server's own index; `CUSTOM` names its class in the options. */
  readonly kind: string;
  /** All options; `target` says what is indexed, `class_name` by which class. */
  readonly indexOptions: Readonly<Record<string, string>>;

  constructor(parts: IndexParts) {
    this.keyspaceName = parts.keyspaceName;
    this.tableName = parts.tableName;
    this.name = parts.name;
    this.kind = parts.kind;
    this.indexOptions = Object.freeze(parts.indexOptions);
    Object.freeze(this);
  }

  asCqlQuery(): string {
    const { target = '', class_name: className, ...others } = this.indexOptions;
    const on = `${quoteIdentifier(this.name)} ON ${qualifiedName(this.keyspaceName, this.tableName)} (${targetText(target)})`;
    if (this.kind !== 'CUSTOM') return `CREATE INDEX ${on}`;
    const options = Object.keys(others).length === 0 ? '' : ` WITH OPTIONS = ${mapLiteral(others)}`;
    return `CREATE CUSTOM INDEX ${on} USING ${textLiteral(className ?? '')}${options}`;
  }

  exportAsString(): string {
    return `${this.asCqlQuery()};`;
  }
}

/** The server writes targets as CQL, but for ScyllaDB's local indexes: `{"pk":["a"],"ck":["b"]}` is `(a), b`. */
function targetText(target: string): string {
  if (!target.startsWith('{')) return target;
  try {
    const { pk, ck } = JSON.parse(target) as { readonly pk?: unknown; readonly ck?: unknown };
    const partition = namesIn(pk);
    const local = partition.length === 0 ? [] : [`(${partition.join(', ')})`];
    return [...local, ...namesIn(ck)].join(', ');
  } catch {
    return target;
  }
}

function namesIn(list: unknown): string[] {
  return Array.isArray(list) ? list.map((name) => quoteIdentifier(String(name))) : [];
}
