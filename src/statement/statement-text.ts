// What the text of a statement tells without being parsed: whether it only reads, and whether it is applied as a whole.

/** Whether a statement is a plain SELECT, and so has the same effect however often it is executed. */
export function isPlainSelect(cql: string): boolean {
  const start = firstWord(cql);
  return /^select\b/i.test(cql.slice(start, start + 7));
}

/**
 * Whether a write may be applied in parts: to several partitions (IN), or accepted before it is committed (IF). A word in a
 * literal counts too: in doubt yes.
 */
export function mayApplyInParts(cql: string): boolean {
  return !isPlainSelect(cql) && /\b(?:in|if)\b/i.test(cql);
}

/** Whether a statement is, or looks like, a conditional one. */
export function mayBeConditional(cql: string): boolean {
  return /\bif\b/i.test(cql);
}

/** Where the first word begins, behind blanks and comments, in one pass: texts of any length come here. */
function firstWord(cql: string): number {
  let position = 0;
  for (;;) {
    while (/\s/.test(cql.charAt(position))) position++;
    const opening = cql.slice(position, position + 2);
    if (opening === '/*') position = behind(cql, '*/', position + 2);
    else if (opening === '--' || opening === '//') position = behind(cql, '\n', position + 2);
    else return position;
  }
}

function behind(cql: string, closing: string, from: number): number {
  const at = cql.indexOf(closing, from);
  return at < 0 ? cql.length : at + closing.length;
}

/** Literals, names in quotes and comments, which may contain any word; or the word that makes a statement conditional. */
const QUOTED_OR_IF =
  /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\$\$[^]*?(?:\$\$|$)|--[^\n]*|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|\bIF\b/gi;

/** Whether a statement is conditional: INSERT, UPDATE, DELETE or BATCH with IF, which is a reserved word. */
export function isConditional(cql: string): boolean {
  const start = firstWord(cql);
  if (!/^(?:insert|update|delete|begin)\b/i.test(cql.slice(start, start + 7))) return false;
  for (const [match] of cql.slice(start).matchAll(QUOTED_OR_IF))
    if (match.length === 2 && /if/i.test(match)) return true;
  return false;
}
