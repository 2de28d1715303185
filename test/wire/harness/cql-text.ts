// The little of CQL that the fake server must understand: which table a SELECT reads, which keyspace USE wants, where the
// bind markers are.

export interface SelectText {
  readonly keyspace: string;
  readonly table: string;
  /** Undefined: all. */
  readonly columns: readonly string[] | undefined;
  /** Equalities of WHERE; a literal without its quotes, or undefined for a bind marker. */
  readonly equalities: readonly { readonly column: string; readonly literal: string | undefined }[];
}

/** Understands `SELECT … FROM keyspace.table [WHERE a = … AND …] …`; anything else is undefined. */
export function parseSelect(cql: string): SelectText | undefined {
  const match = /^\s*SELECT\s+(.+?)\s+FROM\s+"?(\w+)"?\."?(\w+)"?(.*)$/is.exec(cql);
  if (match === null) {
    return undefined;
  }
  const [, projection = '', keyspace = '', table = '', rest = ''] = match;
  const names = projection.split(',').map((name) => name.trim().replaceAll('"', ''));
  return {
    keyspace,
    table,
    columns: names.includes('*') ? undefined : names,
    equalities: parseEqualities(rest),
  };
}

/** The keyspace of `USE …`. */
export function parseUse(cql: string): string | undefined {
  const match = /^\s*USE\s+(?:"([^"]+)"|(\w+))\s*;?\s*$/i.exec(cql);
  return match === null ? undefined : (match[1] ?? match[2]?.toLowerCase());
}

/** The names of the bind markers in order, `?` counting as its position; quoted text and comments are passed over. */
export function bindMarkers(cql: string): string[] {
  const plain = cql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\$\$.*?\$\$|--.*|\/\/.*|\/\*.*?\*\//gs, ' ');
  return Array.from(plain.matchAll(/\?|(?<![\w:]):(\w+)/g), (match, index) => match[1] ?? `p${index}`);
}

function parseEqualities(text: string): SelectText['equalities'] {
  const pattern = /"?(\w+)"?\s*=\s*(?:'((?:[^']|'')*)'|([\w.:-]+)|\?)/g;
  return Array.from(text.matchAll(pattern), ([, column = '', quoted, plain]) => ({
    column,
    literal: quoted?.replaceAll("''", "'") ?? plain,
  }));
}
