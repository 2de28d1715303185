// One reader per CQL type, chosen once, parts included; and how generated code reads a slot without calling it.
import type { CqlType, CqlTypeKind } from '../types/data-type.ts';
import { Tuple } from '../types/tuple.ts';
import { OrderedMap, SortedSet } from './collections.ts';
import { objectBuilder, type Cell, type CellReader, type InlineKind } from './object-builder.ts';
import type { Page } from './page.ts';
import { scalarReader, type ReaderContext } from './scalar-readers.ts';
import type { TypeMapping } from './type-mapping.ts';

/** Returns how to read a column of a type: its reader, and how generated code reads it without. */
export function cellOf(type: CqlType, mapping: TypeMapping, column: string): Cell {
  return { inline: inlineKind(type.kind, mapping), read: readerOf(type, { mapping, column }) };
}

function inlineKind(kind: CqlTypeKind, mapping: TypeMapping): InlineKind {
  switch (kind) {
    case 'int':
    case 'smallint':
    case 'tinyint':
      return 'int';
    case 'boolean':
      return 'boolean';
    case 'double':
    case 'float':
      return 'double';
    case 'bigint':
    case 'counter':
      return mapping.bigint === 'bigint' ? 'bigint' : 'none';
    case 'time':
      return mapping.time === 'bigint' ? 'bigint' : 'none';
    case 'ascii':
    case 'text':
      return 'text';
    case 'inet':
      return mapping.inet === 'string' ? 'text' : 'none';
    default:
      return 'none';
  }
}

function readerOf(type: CqlType, context: ReaderContext): CellReader {
  return scalarReader(type, context) ?? compositeReader(type, context);
}

function compositeReader(type: CqlType, context: ReaderContext): CellReader {
  const { mapping } = context;
  const [first, second] = type.args as [CqlType, CqlType];
  switch (type.kind) {
    case 'list':
      return listReader(readerOf(first, context));
    case 'set':
      return setReader(first, context);
    case 'map':
      return mapReader(first, second, context);
    case 'tuple':
      return tupleReader(type.args.map((arg) => readerOf(arg, context)));
    case 'udt':
      return udtReader(type, context);
    default:
      if (first.kind !== 'float') return listReader(readerOf(first, context));
      return mapping.blob === 'view' ? viewFloats : (page, slot) => viewFloats(page, slot).slice();
  }
}

function viewFloats(page: Page, slot: number): Float32Array {
  const { u8 } = page.delivery;
  return new Float32Array(u8.buffer, u8.byteOffset + page.rawStart(slot), page.hi(slot) >>> 2);
}

function readNullable(read: CellReader, page: Page, slot: number): unknown {
  return page.isNull(slot) ? null : read(page, slot);
}

function listReader(read: CellReader): (page: Page, slot: number) => unknown[] {
  return (page, slot) => {
    const first = page.lo(slot);
    const count = page.hi(slot);
    const items: unknown[] = [];
    for (let i = 0; i < count; i++) items.push(readNullable(read, page, first + i));
    return items;
  };
}

function setReader(element: CqlType, context: ReaderContext): CellReader {
  const readItems = listReader(readerOf(element, context));
  if (context.mapping.set === 'array') return readItems;
  if (isPrimitive(element.kind, context.mapping)) return (page, slot) => new Set(readItems(page, slot));
  return (page, slot) => new SortedSet(readItems(page, slot));
}

function mapReader(key: CqlType, value: CqlType, context: ReaderContext): CellReader {
  const readKey = readerOf(key, context);
  const readValue = readerOf(value, context);
  const addTo = (target: (k: unknown, v: unknown) => void, page: Page, slot: number): void => {
    const first = page.lo(slot);
    const end = first + 2 * page.hi(slot);
    for (let i = first; i < end; i += 2) target(readNullable(readKey, page, i), readNullable(readValue, page, i + 1));
  };
  if (context.mapping.map === 'object' && textKeys.has(key.kind)) {
    return (page, slot) => {
      const object = Object.create(null) as Record<string, unknown>;
      addTo((k, v) => (object[String(k)] = v), page, slot);
      return object;
    };
  }
  const hasPrimitiveKeys = isPrimitive(key.kind, context.mapping);
  return (page, slot) => {
    const map = hasPrimitiveKeys ? new Map<unknown, unknown>() : new OrderedMap<unknown, unknown>();
    addTo((k, v) => map.set(k, v), page, slot);
    return map;
  };
}

function tupleReader(readers: readonly CellReader[]): CellReader {
  return (page, slot) => {
    const first = page.lo(slot);
    return new Tuple(...readers.map((read, i) => readNullable(read, page, first + i)));
  };
}

function udtReader(type: CqlType, { mapping, column }: ReaderContext): CellReader {
  const cells = type.args.map((arg) => cellOf(arg, mapping, column));
  const build = objectBuilder(type.fieldNames ?? [], cells);
  return (page, slot) => build(page, page.lo(slot));
}

/** Kinds whose values have one text form that the server reads back. */
const textKeys: ReadonlySet<CqlTypeKind> = new Set<CqlTypeKind>([
  'ascii',
  'text',
  'tinyint',
  'smallint',
  'int',
  'bigint',
  'varint',
  'inet',
  'uuid',
  'timeuuid',
  'date',
]);

/** Whether values of a kind are primitives, which Set and Map compare by value. */
function isPrimitive(kind: CqlTypeKind, mapping: TypeMapping): boolean {
  switch (kind) {
    case 'inet':
      return mapping.inet === 'string';
    case 'uuid':
    case 'timeuuid':
      return mapping.uuid === 'string';
    case 'timestamp':
      return mapping.timestamp === 'number';
    case 'date':
      return mapping.date === 'string';
    case 'time':
      return mapping.time === 'bigint';
    case 'decimal':
      return mapping.decimal === 'string';
    default:
      return alwaysPrimitive.has(kind);
  }
}

const alwaysPrimitive: ReadonlySet<CqlTypeKind> = new Set<CqlTypeKind>([
  'ascii',
  'text',
  'tinyint',
  'smallint',
  'int',
  'bigint',
  'counter',
  'varint',
  'boolean',
  'float',
  'double',
]);
