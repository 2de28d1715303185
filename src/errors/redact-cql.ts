// CQL text without the values in it, so that errors and logs can show what was asked without showing data or secrets.

/** Longer text is cut here: it is for people to read. */
const maxLength = 4096;

// Quoted names, comments and bare names are group 1 and stay; strings, uuids and everything that begins with a digit go.
// What is not closed runs to the end, so no alternative can fail late and the scan is linear.
const tokens =
  /'(?:[^']|'')*(?:'|$)|\$\$[^]*?(?:\$\$|$)|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-9][0-9A-Za-z_.]*|("(?:[^"]|"")*(?:"|$)|(?:--|\/\/)[^\n\r]*|\/\*[^]*?(?:\*\/|$)|[A-Za-z_][A-Za-z0-9_]*)/g;

/**
 * Replaces every literal of a CQL text by `?`: strings, `$$` blocks, numbers, blobs, uuids. Names, keywords, bind markers and
 * comments stay. Text over 4096 characters is cut and ends in `…`.
 */
export function redactCql(text: string): string {
  const head = text.slice(0, maxLength).replace(tokens, (_, kept: string | undefined) => kept ?? '?');
  return text.length > maxLength ? `${head}…` : head;
}
