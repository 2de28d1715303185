// The words of CQL: those that are never a name unless quoted, and those that are in most places.

/** Words that CQL never takes for a name unless they are in double quotes. */
export const cqlKeywordsReserved: ReadonlySet<string> = words(
  'add allow alter and apply asc authorize batch begin by columnfamily create default delete desc describe drop entries ' +
    'execute from full grant if in index infinity insert into is keyspace limit materialized mbean mbeans modify nan ' +
    'norecursive not null of on or order primary rename replace revoke schema select set table to token truncate unlogged ' +
    'unset update use using view where with',
);

/** Words that mean something to CQL and are still taken for names of keyspaces, tables and columns. */
export const cqlKeywordsUnreserved: ReadonlySet<string> = words(
  'access aggregate aggregates all ann any as ascii between bigint blob boolean bypass cache called cast cidrs cluster ' +
    'clustering compact contains count counter custom datacenters date decimal distinct double duration exists ' +
    'filtering finalfunc float for frozen function functions generated group hashed inet initcond input int internals json ' +
    'key keys keyspaces language level like list login map masked maxwritetime nologin nosuperuser ' +
    'one only options partition password per permission permissions returns role roles select_masked sfunc ' +
    'smallint static storage stype superuser tables text time timeout timestamp timeuuid tinyint trigger ttl tuple ' +
    'type types unmask url user users uuid values varchar varint vector writetime',
);

/** Every word that means something to CQL. */
export const cqlKeywords: ReadonlySet<string> = new Set([...cqlKeywordsReserved, ...cqlKeywordsUnreserved]);

/** Words that the server keeps for types to come. */
export const reservedTypeNames: ReadonlySet<string> = words('bitstring byte complex date empty enum interval macaddr');

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
