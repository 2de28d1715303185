// Literals as CQL text, for statements in which the server accepts no bind marker. Names: types/identifier.ts.

/** Writes a text literal: in single quotes, with those inside doubled. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
