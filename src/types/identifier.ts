// Names in CQL text: when they need double quotes, and how they get them.

const reserved: ReadonlySet<string> = new Set(
  (
    'add allow alter and apply asc authorize batch begin by columnfamily create default delete desc describe drop entries ' +
    'execute from full grant if in index infinity insert into is keyspace limit materialized mbean mbeans modify nan ' +
    'norecursive not null of on or order primary rename replace revoke schema select set table to token truncate unlogged ' +
    'unset update use using view where with'
  ).split(' '),
);

/** Writes a name as CQL reads it back: bare if it is a plain lower-case word that is not reserved, else in double quotes. */
export function quoteIdentifier(name: string): string {
  if (/^[a-z][a-z0-9_]*$/.test(name) && !reserved.has(name)) return name;
  return `"${name.replaceAll('"', '""')}"`;
}
