// One reader per CQL type, chosen once, parts included; and how generated code reads a slot without calling it.
import { CodecError } from '../errors.ts';
import type { Codec } from '../types/codec.ts';
import type { ColumnSpec } from '../types/column-spec.ts';
import type { CqlType, CqlTypeKind } from '../types/data-type.ts';
import { Tuple } from '../types/tuple.ts';
import { OrderedMap, SortedSet } from './collections.ts';
import type { Cell, CellReader, InlineKind } from './object-builder.ts';
import type { Page } from './page.ts';
import { scalarReader, type ReaderContext } from './scalar-readers.ts';
import type { TypeMapping } from './type-mapping.ts';
import { userTypeReader } from './user-type-reader.ts';

/** Returns how to read a column: with its own codec, else as its type is read. */
export function columnCell(spec: ColumnSpec, mapping: TypeMapping): Cell {
  const codec = mapping.codecs.ofColumn(spec);
  if (codec === undefined) return cellOf(spec.type, mapping, spec.name);
  const context = { mapping, column: spec.name };
  return { inline: 'none', read: decodedBy(codec, uncodedReader(spec.type, context), spec.type, context) };
}

/** Returns how to read values of a type: their reader, and how generated code reads them without. */
export function cellOf(type: CqlType, mapping: TypeMapping, column: string): Cell {
  const isInline = mapping.codecs.ofType(type) === undefined;
  return { inline: isInline ? inlineKind(type.kind, mapping) : 'none', read: readerOf(type, { mapping, column }) };
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
  const read = uncodedReader(type, context);
  const codec = context.mapping.codecs.ofType(type);
  return codec === undefined ? read : decodedBy(codec, read, type, context);
}

/** The reader of a type, whose own codec does not count, but those of its parts. */
function uncodedReader(type: CqlType, context: ReaderContext): CellReader {
  return scalarReader(type, context) ?? compositeReader(type, context);
}

function decodedBy(codec: Codec, read: CellReader, type: CqlType, context: ReaderContext): CellReader {
  const decode = decoderOf(codec, type, context);
  return (page, slot) => decode(read(page, slot));
}

function decoderOf(codec: Codec, type: CqlType, { column }: ReaderContext): (value: unknown) => unknown {
  return (value) => {
    try {
      return codec.decode(value);
    } catch (cause) {
      const message = `expected a value that the codec of ${codec.cql} decodes in column ${JSON.stringify(column)}, got an error`;
      throw new CodecError(message, { path: column, cqlType: type.toString(), cause });
    }
  };
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
      return userTypeReader(
        type,
        type.args.map((arg) => cellOf(arg, mapping, context.column)),
        context,
      );
    default:
      return first.kind === 'float' ? floatsReader(first, context) : listReader(readerOf(first, context));
  }
}

/** Vectors of floats come as the bytes that they are, not as slots. */
function floatsReader(element: CqlType, context: ReaderContext): CellReader {
  const { mapping } = context;
  const codec = mapping.codecs.ofType(element);
  if (codec !== undefined) {
    const decode = decoderOf(codec, element, context);
    return (page, slot) => Array.from(viewFloats(page, slot), decode);
  }
  return mapping.blob === 'view' ? viewFloats : (page, slot) => viewFloats(page, slot).slice();
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
  if (isPrimitive(element, context.mapping)) return (page, slot) => new Set(readItems(page, slot));
  return (page, slot) => new SortedSet(readItems(page, slot));
}

function mapReader(key: CqlType, value: CqlType, context: ReaderContext): CellReader {
  const readKey = readerOf(key, context);
  const readValue = readerOf(value, context);
  const { mapping } = context;
  if (mapping.map === 'object' && textKeys.has(key.kind) && mapping.codecs.ofType(key) === undefined) {
    return (page, slot) => {
      const object = Object.create(null) as Record<string, unknown>;
      const end = page.lo(slot) + 2 * page.hi(slot);
      for (let i = page.lo(slot); i < end; i += 2) {
        object[String(readNullable(readKey, page, i))] = readNullable(readValue, page, i + 1);
      }
      return object;
    };
  }
  const hasPrimitiveKeys = isPrimitive(key, mapping);
  return (page, slot) => {
    const map = hasPrimitiveKeys ? new Map<unknown, unknown>() : new OrderedMap<unknown, unknown>();
    const end = page.lo(slot) + 2 * page.hi(slot);
    for (let i = page.lo(slot); i < end; i += 2) {
      map.set(readNullable(readKey, page, i), readNullable(readValue, page, i + 1));
    }
    return map;
  };
}

function tupleReader(readers: readonly CellReader[]): CellReader {
  return (page, slot) => {
    const components: unknown[] = [];
    let next = page.lo(slot);
    for (const read of readers) components.push(readNullable(read, page, next++));
    return new Tuple(...components);
  };
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

/** Whether values of a type are primitives, which Set and Map compare by value. What a codec makes may be anything. */
function isPrimitive(type: CqlType, mapping: TypeMapping): boolean {
  if (mapping.codecs.ofType(type) !== undefined) return false;
  const { kind } = type;
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
