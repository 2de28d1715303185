// Cuts a CQL script into its statements, as a shell does: semicolons within literals, quoted names, bodies and comments cut nothing.

const PIECES = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$\$[\s\S]*?\$\$|\/\*[\s\S]*?\*\/|--[^\n]*|;|[^]/g;

/** The statements of a script, without semicolons and comments. */
export function cqlStatements(script: string): string[] {
  const statements: string[] = [];
  let statement = '';
  for (const [piece] of script.matchAll(PIECES)) {
    if (piece === ';') {
      statements.push(statement.trim());
      statement = '';
    } else if (!piece.startsWith('/*') && !piece.startsWith('--')) {
      statement += piece;
    }
  }
  return [...statements, statement.trim()].filter((text) => text !== '');
}
