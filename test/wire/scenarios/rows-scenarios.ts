// Rows and their metadata: counts without content, types without bottom, names that mean something to JavaScript.
import { ByteWriter, hex } from '../harness/byte-writer.ts';
import type { Column } from '../harness/column-metadata.ts';
import { rows } from '../harness/response.ts';
import { ascii, oneColumn, onQuery, result, rowsHead, type Scenario } from './scenario.ts';

const MOST = 0x7fffffff;
const TEXT = 0x0d;
const INT = 0x09;
const DEEP = 30_000;
const MARSHAL = 'org.apache.cassandra.db.marshal.';

export function rowsScenarios(version: number): Scenario[] {
  return [...countScenarios(version), ...typeScenarios(version), ...nameScenarios(version)];
}

function countScenarios(version: number): Scenario[] {
  const textColumn = (): ByteWriter => oneColumn((writer) => writer.short(TEXT));
  const refused: Readonly<Record<string, () => Uint8Array>> = {
    '2^31-1 columns and none of them': () => new ByteWriter().int(2).int(0).int(MOST).int(0).finish(),
    '-1 columns': () => new ByteWriter().int(2).int(1).int(-1).string('ks').string('t').int(0).finish(),
    '100 million columns under one table': () => rowsHead(100_000_000).finish(),
    '-1 rows': () => textColumn().int(-1).finish(),
    '2^31-1 rows and none of them': () => textColumn().int(MOST).finish(),
    'a cell of 2^31-1 bytes': () => textColumn().int(1).int(MOST).finish(),
    'a row that is cut': () => textColumn().int(2).bytes(ascii('one')).finish(),
    'a paging state of 2^31-1 bytes': () => new ByteWriter().int(2).int(0x03).int(1).int(MOST).finish(),
    'a new metadata id longer than the body': () => new ByteWriter().int(2).int(0x09).int(1).short(0xffff).finish(),
    'a keyspace name longer than the body': () => new ByteWriter().int(2).int(1).int(1).short(0xffff).finish(),
  };
  const settled: Readonly<Record<string, () => Uint8Array>> = {
    '2^31-1 rows of no columns': () => new ByteWriter().int(2).int(4).int(0).int(MOST).finish(),
    '30 million rows of no columns': () => new ByteWriter().int(2).int(4).int(0).int(30_000_000).finish(),
    'a cell of -2^31 bytes': () => textColumn().int(1).int(-0x80000000).finish(),
    'rows without metadata, which nobody had skipped': () =>
      new ByteWriter().int(2).int(4).int(1).int(1).bytes(ascii('honest')).finish(),
  };
  return [
    ...refusals(version, refused),
    ...Object.entries(settled).map(([name, body]) =>
      onQuery(version, name, (target) => result(target, body()), { expects: 'settled', connection: 'kept' }),
    ),
  ];
}

function typeScenarios(version: number): Scenario[] {
  const custom = (name: string): Uint8Array =>
    oneColumn((writer) => writer.short(0).string(name))
      .int(1)
      .bytes(hex('00000001'))
      .finish();
  const refused: Readonly<Record<string, () => Uint8Array>> = {
    'a list nested 30,000 deep': () =>
      oneColumn((writer) => {
        for (let depth = 0; depth < DEEP; depth += 1) {
          writer.short(0x20);
        }
        return writer.short(INT);
      })
        .int(0)
        .finish(),
    'a type that nobody knows': () =>
      oneColumn((writer) => writer.short(0x7fff))
        .int(0)
        .finish(),
    'a type that is cut': () => oneColumn((writer) => writer.short(0x21)).finish(),
    'a UDT of 65535 fields and none of them': () =>
      oneColumn((writer) => writer.short(0x30).string('ks').string('u').short(0xffff)).finish(),
    'a tuple of 65535 components and none of them': () =>
      oneColumn((writer) => writer.short(0x31).short(0xffff)).finish(),
    'a class name longer than the body': () => oneColumn((writer) => writer.short(0).short(0xffff)).finish(),
  };
  const settled: Readonly<Record<string, () => Uint8Array>> = {
    'a class name nested 6,000 deep': () => custom('ListType('.repeat(6000) + ')'.repeat(6000)),
    'a class name whose brackets never close': () => custom(`${MARSHAL}ListType(${MARSHAL}Int32Type`),
    'a class name of brackets alone': () => custom('('.repeat(60_000)),
    'a vector of 2^31-1 dimensions': () => custom(`${MARSHAL}VectorType(${MARSHAL}FloatType , ${MOST})`),
    'a vector of -1 dimensions': () => custom(`${MARSHAL}VectorType(${MARSHAL}FloatType , -1)`),
    'a vector of 10^30 dimensions': () => custom(`${MARSHAL}VectorType(${MARSHAL}FloatType , 1${'0'.repeat(30)})`),
    'a class that nobody knows': () => custom('org.example.TeaType(org.example.Leaf)'),
    'a UDT class whose names are no hex': () => custom(`${MARSHAL}UserType(ks,zz,yy:${MARSHAL}Int32Type)`),
    'a tuple of no components': () =>
      oneColumn((writer) => writer.short(0x31).short(0))
        .int(1)
        .bytes(hex('00000001'))
        .finish(),
  };
  return [
    ...refusals(version, refused),
    ...Object.entries(settled).map(([name, body]) =>
      onQuery(version, name, (target) => result(target, body()), { expects: 'settled', connection: 'kept' }),
    ),
  ];
}

function nameScenarios(version: number): Scenario[] {
  const named = (
    name: string,
    columns: readonly Column[],
    values: readonly unknown[],
    cells: Readonly<Record<string, string>>,
  ): Scenario => ({
    name,
    version,
    attack: { at: 'answer', response: () => rows(columns, [values]) },
    expects: 'value',
    connection: 'kept',
    cells,
  });
  const longName = 'n'.repeat(48_000);
  return [
    named(
      'columns named __proto__, constructor and toString',
      [
        ['__proto__', 'text'],
        ['constructor', 'text'],
        ['toString', 'text'],
      ],
      ['p', 'c', 's'],
      { ['__proto__']: 'p', constructor: 'c', toString: 's' },
    ),
    named(
      'two columns of one name',
      [
        ['v', 'text'],
        ['v', 'text'],
      ],
      ['first', 'last'],
      { v: 'last' },
    ),
    named('a column without a name', [['', 'text']], ['x'], { '': 'x' }),
    named('a column name of 48,000 letters', [[longName, 'text']], ['x'], { [longName]: 'x' }),
    named('a column name of emoji and quotes', [['🫖"\'`${}\n', 'text']], ['x'], { '🫖"\'`${}\n': 'x' }),
    ...refusals(version, {
      'a column name that is not UTF-8': () =>
        rowsHead(1).shortBytes(hex('c328')).short(TEXT).int(1).bytes(ascii('x')).finish(),
    }),
  ];
}

function refusals(version: number, bodies: Readonly<Record<string, () => Uint8Array>>): Scenario[] {
  return Object.entries(bodies).map(([name, body]) =>
    onQuery(version, name, (target) => result(target, body()), { expects: 'error', connection: 'kept' }),
  );
}
