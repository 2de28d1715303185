// Cells that do not fit their type, lie about their content, or would cost a careless reader all its time.
import { ByteWriter, hex } from '../harness/byte-writer.ts';
import { SIMPLE_TYPE_IDS } from '../harness/cql-type.ts';
import { oneCell, oneColumn, onQuery, result, type Scenario } from './scenario.ts';

const MEBIBYTE = 1024 * 1024;
const MOST = 0x7fffffff;
const { int: INT, varint: VARINT, decimal: DECIMAL, text: TEXT } = SIMPLE_TYPE_IDS;

export function valueScenarios(version: number): Scenario[] {
  const nested = (option: readonly number[], cell: Uint8Array): Uint8Array =>
    oneColumn((writer) => option.reduce((head, id) => head.short(id), writer))
      .int(1)
      .bytes(cell)
      .finish();
  const refused: Readonly<Record<string, () => Uint8Array>> = {
    'an int of 3 bytes': () => oneCell(INT, hex('000001')),
    'a bigint of 9 bytes': () => oneCell(SIMPLE_TYPE_IDS.bigint, new Uint8Array(9)),
    'a uuid of 15 bytes': () => oneCell(SIMPLE_TYPE_IDS.uuid, new Uint8Array(15)),
    'an inet of 5 bytes': () => oneCell(SIMPLE_TYPE_IDS.inet, new Uint8Array(5)),
    'a boolean of 2 bytes': () => oneCell(SIMPLE_TYPE_IDS.boolean, hex('0001')),
    'a decimal of 3 bytes': () => oneCell(DECIMAL, hex('000001')),
    'a text that is not UTF-8': () => oneCell(TEXT, hex('61 c328 62')),
    'a text that ends amid a letter': () => oneCell(TEXT, hex('61 e282')),
    'a list of 2^31-1 elements and none of them': () => nested([0x20, INT], new ByteWriter().int(MOST).finish()),
    'a list of -1 elements': () => nested([0x20, INT], new ByteWriter().int(-1).finish()),
    'a list of a count that is cut': () => nested([0x20, INT], hex('0000')),
    'a map of 2^31-1 entries and none of them': () => nested([0x21, INT, INT], new ByteWriter().int(MOST).finish()),
    'a set whose element is longer than the cell': () => nested([0x22, TEXT], hex('00000001 0000ffff 61')),
    'a list of lists that lie': () => nested([0x20, 0x20, INT], hex('00000001 00000004 7fffffff')),
    'a tuple whose component is cut': () => nested([0x31, 1, INT], hex('00000004 0000')),
  };
  return [
    ...Object.entries(refused).map(([name, body]) =>
      onQuery(version, name, (target) => result(target, body()), { expects: 'error', connection: 'kept' }),
    ),
    ...sinceV4(version),
    ...costly(version),
  ];
}

/** Types that v3 sends as classes; v4 knows all but duration. */
function sinceV4(version: number): Scenario[] {
  const duration = (cell: Uint8Array): Uint8Array =>
    oneColumn((writer) => writer.short(0).string('org.apache.cassandra.db.marshal.DurationType'))
      .int(1)
      .bytes(cell)
      .finish();
  const refused: Readonly<Record<string, () => Uint8Array>> = {
    'a time of 24 hours': () => oneCell(SIMPLE_TYPE_IDS.time, new ByteWriter().long(86_400_000_000_000n).finish()),
    'a negative time': () => oneCell(SIMPLE_TYPE_IDS.time, new ByteWriter().long(-1n).finish()),
    'a duration of mixed signs': () => duration(new ByteWriter().vint(1n).vint(-1n).vint(0n).finish()),
    'a duration that is cut': () => duration(hex('02 04')),
    'a duration of 2^60 months': () =>
      duration(
        new ByteWriter()
          .vint(2n ** 60n)
          .vint(0n)
          .vint(0n)
          .finish(),
      ),
  };
  return Object.entries(refused).map(([name, body]) =>
    onQuery(version, name, (target) => result(target, body()), { expects: 'error', connection: 'kept' }),
  );
}

function costly(version: number): Scenario[] {
  const bodies: Readonly<Record<string, () => Uint8Array>> = {
    'a varint of 1 MiB': () => oneCell(VARINT, new Uint8Array(MEBIBYTE).fill(0x7f)),
    'a decimal of 1 MiB': () => oneCell(DECIMAL, new Uint8Array(MEBIBYTE).fill(0x7f)),
    'a decimal of scale -2^31': () => oneCell(DECIMAL, hex('80000000 01')),
    'a decimal of scale 2^31-1': () => oneCell(DECIMAL, hex('7fffffff 01')),
    'a timestamp at the end of time': () =>
      oneCell(SIMPLE_TYPE_IDS.timestamp, new ByteWriter().long(2n ** 63n - 1n).finish()),
    'a date at the end of time': () => oneCell(SIMPLE_TYPE_IDS.date, hex('ffffffff')),
    'an empty int': () => oneCell(INT, new Uint8Array(0)),
    'a million empty lists in a list': () =>
      oneColumn((writer) => writer.short(0x20).short(0x20).short(INT))
        .int(1)
        .bytes(new ByteWriter().int(1_000_000).raw(new Uint8Array(4_000_000)).finish())
        .finish(),
  };
  return Object.entries(bodies).map(([name, body]) =>
    onQuery(version, name, (target) => result(target, body()), { expects: 'settled', connection: 'kept' }),
  );
}
