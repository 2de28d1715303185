// Statements that make a schema with everything that Apache Cassandra 5.0 has.
import { TRIGGER_CLASS } from './harness/trigger-jar.ts';

/** In the order in which they can be executed. */
export const EVERY_FEATURE: readonly string[] = [
  `CREATE KEYSPACE every WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1} AND durable_writes = false`,
  `CREATE KEYSPACE "Every_Other" WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
  // Types: in an order of use that is not the order of names, with names that need quotes only as names of types.
  `CREATE TYPE every.zip (code int, "Country" text)`,
  `CREATE TYPE every.address (street text, zip frozen<zip>, "select" set<text>, ttl int)`,
  `CREATE TYPE every."Person ""X""" (name text, home frozen<address>, others list<frozen<address>>)`,
  `CREATE TYPE every."byte" (a int)`,
  `CREATE TYPE every."ttl" (a int)`,
  `CREATE TYPE every."text" (a int)`,
  `CREATE TYPE every.point (x int, y int)`,
  // Functions and aggregates.
  `CREATE FUNCTION every.plus(state int, val int) CALLED ON NULL INPUT RETURNS int LANGUAGE java
     AS $$ if (state == null) { return val; } return state + val; /* ; ' " */ $$`,
  `CREATE FUNCTION every.plus(state bigint, val bigint) RETURNS NULL ON NULL INPUT RETURNS bigint LANGUAGE java
     AS 'return state + val; // it''s'`,
  `CREATE FUNCTION every."Mixed Case"(a address, "B" list<frozen<address>>, c tuple<int, text>, d map<text, frozen<list<int>>>)
     RETURNS NULL ON NULL INPUT RETURNS "Person ""X""" LANGUAGE java AS 'return null;'`,
  `CREATE FUNCTION every."json"(a int) RETURNS NULL ON NULL INPUT RETURNS text LANGUAGE java AS 'return "$$";'`,
  `CREATE FUNCTION every.step(state tuple<int, text>, val int) CALLED ON NULL INPUT RETURNS tuple<int, text> LANGUAGE java
     AS 'return state;'`,
  `CREATE FUNCTION every.finish(state tuple<int, text>) CALLED ON NULL INPUT RETURNS text LANGUAGE java AS 'return null;'`,
  `CREATE FUNCTION every.count_up(state map<text, int>, val int) CALLED ON NULL INPUT RETURNS map<text, int> LANGUAGE java
     AS 'return state;'`,
  `CREATE AGGREGATE every.total(int) SFUNC plus STYPE int INITCOND 3`,
  `CREATE AGGREGATE every.total(bigint) SFUNC plus STYPE bigint INITCOND 0`,
  `CREATE AGGREGATE every."Last"(int) SFUNC step STYPE tuple<int, text> FINALFUNC finish INITCOND (1, 'none')`,
  `CREATE AGGREGATE every.counts(int) SFUNC count_up STYPE map<text, int> INITCOND {'a': 1}`,
  // Tables.
  `CREATE TABLE every.types (
     k int PRIMARY KEY, a ascii, b bigint, c blob, d boolean, e date, f decimal, g double, h duration, i float, j inet,
     l smallint, m text, n time, o timestamp, p timeuuid, q tinyint, r uuid, s varint, t vector<float, 3>,
     u vector<frozen<list<int>>, 2>, v list<int>, w set<text>, x map<text, frozen<map<int, text>>>, y frozen<list<frozen<set<int>>>>,
     z tuple<int, frozen<address>, tuple<text>>, aa point, bb frozen<address>, cc frozen<"Person ""X""">, dd frozen<"byte">,
     ee frozen<"ttl">, ff list<frozen<point>>, gg 'org.apache.cassandra.db.marshal.LexicalUUIDType', hh frozen<"text">,
     ii 'DynamicCompositeType(a=>BytesType)')`,
  `CREATE TABLE every."KeysAndOrders" (
     "A" int, b text, c timestamp, "D d" int, e int, "Static" text static, "select" int, ttl int, values list<text>,
     PRIMARY KEY (("A", b), c, "D d", e)) WITH CLUSTERING ORDER BY (c DESC, "D d" ASC, e DESC)`,
  `CREATE TABLE every.options (k int PRIMARY KEY, v text) WITH comment = 'it''s; "x" -- y' AND gc_grace_seconds = 5
     AND compression = {'class': 'ZstdCompressor', 'compression_level': '4', 'chunk_length_in_kb': '32'}
     AND compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'HOURS', 'compaction_window_size': '7'}
     AND caching = {'keys': 'NONE', 'rows_per_partition': '120'} AND speculative_retry = 'MIN(99p,50ms)'
     AND additional_write_policy = 'never' AND read_repair = 'NONE' AND default_time_to_live = 60 AND cdc = true
     AND memtable = 'small' AND allow_auto_snapshot = false AND incremental_backups = false AND bloom_filter_fp_chance = 0.5
     AND crc_check_chance = 0.25 AND min_index_interval = 64 AND max_index_interval = 512
     AND memtable_flush_period_in_ms = 3600000`,
  `CREATE TABLE every.more_options (k int PRIMARY KEY) WITH compression = {'enabled': 'false'} AND bloom_filter_fp_chance = 1
     AND compaction = {'class': 'UnifiedCompactionStrategy', 'scaling_parameters': 'T4, L2'} AND speculative_retry = '95p'`,
  `CREATE TABLE every.counters (k int, c int, hits counter, "Other" counter, PRIMARY KEY (k, c))`,
  `CREATE TABLE every.masks (k int PRIMARY KEY, a text MASKED WITH mask_inner(1, null), b text MASKED WITH DEFAULT,
     c text MASKED WITH mask_replace('gone'), d int MASKED WITH every.plus(3), e text static)`.replace(
    ', e text static',
    '',
  ),
  // Made as Thrift made them, as far as CQL can still say so.
  `CREATE TABLE every.compact_wide (a int, b int, c int, PRIMARY KEY (a, b)) WITH COMPACT STORAGE`,
  `CREATE TABLE every.compact_static (a int PRIMARY KEY, b int, c text) WITH COMPACT STORAGE`,
  `CREATE TABLE every.compact_keys (a int, b int, c int, PRIMARY KEY (a, b, c)) WITH COMPACT STORAGE
     AND CLUSTERING ORDER BY (b DESC, c ASC)`,
  `CREATE TABLE every.compact_counter (a int PRIMARY KEY, c counter) WITH COMPACT STORAGE`,
  // Indexes.
  `CREATE TABLE every.indexed (k int, c int, l list<int>, s set<text>, m map<text, int>, f frozen<list<int>>, "Vv" vector<float, 3>,
     "Plain" text, sai text, sasi text, st text static, PRIMARY KEY (k, c))`,
  `CREATE INDEX by_clustering ON every.indexed (c)`,
  `CREATE INDEX by_list ON every.indexed (l)`,
  `CREATE INDEX by_keys ON every.indexed (keys(m))`,
  `CREATE INDEX by_entries ON every.indexed (entries(m))`,
  `CREATE INDEX by_values ON every.indexed (values(m))`,
  `CREATE INDEX by_full ON every.indexed (full(f))`,
  `CREATE INDEX "ByPlain" ON every.indexed ("Plain")`,
  `CREATE INDEX by_static ON every.indexed (st)`,
  `CREATE INDEX by_set ON every.indexed (s) USING 'sai'`,
  `CREATE CUSTOM INDEX by_vector ON every.indexed ("Vv") USING 'StorageAttachedIndex' WITH OPTIONS = {'similarity_function': 'cosine'}`,
  `CREATE CUSTOM INDEX by_text ON every.indexed (sai) USING 'org.apache.cassandra.index.sai.StorageAttachedIndex'
     WITH OPTIONS = {'case_sensitive': 'false', 'normalize': 'true', 'ascii': 'true'}`,
  `CREATE CUSTOM INDEX by_sasi ON every.indexed (sasi) USING 'org.apache.cassandra.index.sasi.SASIIndex'
     WITH OPTIONS = {'mode': 'CONTAINS'}`,
  // Triggers and views.
  `CREATE TRIGGER "Some trigger" ON every.indexed USING '${TRIGGER_CLASS}'`,
  `CREATE TABLE every.base (a int, b int, "C c" text, d int, e int, PRIMARY KEY (a, b))`,
  `CREATE MATERIALIZED VIEW every.all_columns AS SELECT * FROM every.base WHERE a IS NOT NULL AND b IS NOT NULL
     PRIMARY KEY (b, a) WITH CLUSTERING ORDER BY (a DESC) AND comment = 'it''s'`,
  `CREATE MATERIALIZED VIEW every."SomeColumns" AS SELECT a, b, "C c", d FROM every.base
     WHERE a > 3 AND b IN (1, 2) AND "C c" IS NOT NULL PRIMARY KEY (("C c", b), a) WITH gc_grace_seconds = 77`,
  // What another keyspace calls the same is not the same.
  `CREATE TYPE "Every_Other".address (a int)`,
  `CREATE TABLE "Every_Other".types (k int PRIMARY KEY, a frozen<address>)`,
];

/** Settings of the server without which it refuses some of the statements. */
export const EVERY_FEATURE_CONFIG: Readonly<Record<string, unknown>> = {
  dynamic_data_masking_enabled: true,
  sasi_indexes_enabled: true,
  cdc_enabled: true,
  memtable: {
    configurations: {
      default: { inherits: 'skiplist' },
      skiplist: { class_name: 'SkipListMemtable' },
      small: { class_name: 'SkipListMemtable' },
    },
  },
};
