// What every object of a schema can do: write itself as CQL.

/** An object of the schema that can be written as CQL. */
export interface CqlDescribable {
  /** The statement that makes this object alone, without the semicolon. `formatted` breaks it into lines. Default: `false`. */
  asCqlQuery(formatted?: boolean): string;
  /** The statements that make this object and all that belongs to it, each with its semicolon, in an order that can be executed. */
  exportAsString(): string;
}

/** Writes a map of text to text as CQL: `{'class': 'x', 'a': '1'}`; `class` comes first, then the keys in order. */
export function mapLiteral(map: Readonly<Record<string, string>>): string {
  const entries = Object.entries(map).sort(([a], [b]) =>
    a === b ? 0 : a === 'class' || (b !== 'class' && a < b) ? -1 : 1,
  );
  return `{${entries.map(([key, value]) => `${textLiteral(key)}: ${textLiteral(value)}`).join(', ')}}`;
}

/** The objects of a map in the order of their names, whatever the order in which they became known. */
export function inOrderOfNames<T>(objects: ReadonlyMap<string, T>): T[] {
  return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}

/** Writes text as a CQL literal. */
export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Puts parts of a statement on lines of their own, or all on one. */
export function layout(formatted: boolean): { readonly line: string; readonly indent: string } {
  return formatted ? { line: '\n', indent: '\n    ' } : { line: ' ', indent: ' ' };
}
