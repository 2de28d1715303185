// Chooses the writer of a CQL type, parts included, and puts the length before each value.
import { Codecs, type Codec } from '../types/codec.ts';
import type { ColumnSpec } from '../types/column-spec.ts';
import { DriverError } from '../errors.ts';
import type { CqlType } from '../types/data-type.ts';
import { UNSET_VALUE } from '../types/unset.ts';
import type { BindPath } from './bind-path.ts';
import type { ByteSink } from './byte-sink.ts';
import { listContent, mapContent, setContent } from './collection-writers.ts';
import { refuseBecause } from './refusal.ts';
import { scalarWriter } from './scalar-writers.ts';
import { tupleContent, udtContent } from './structure-writers.ts';
import type { ValueWriter } from './value-writer.ts';
import { vectorContent } from './vector-writers.ts';

/** Returns the writer of a bind marker: with the codec of its column, else as {@link valueWriter} does. */
export function markerWriter(spec: ColumnSpec, codecs: Codecs): ValueWriter {
  const codec = codecs.ofColumn(spec);
  if (codec === undefined) return valueWriter(spec.type, codecs);
  return nullableWriter(encodedBy(codec, contentWriter(spec.type, codecs, false), spec.type));
}

/** Returns the writer of a type; it takes null, and refuses undefined and unset, which only whole bound values can be. */
export function valueWriter(type: CqlType, codecs = Codecs.none): ValueWriter {
  return nullableWriter(contentWriter(type, codecs));
}

function nullableWriter(write: ValueWriter): ValueWriter {
  return (value, out, path) => {
    if (value === null) {
      out.ensure(4);
      out.view.setInt32(out.position, -1);
      out.position += 4;
    } else {
      writeCounted(value, write, out, path);
    }
  };
}

/** The writer of what a collection holds: null is refused, as by the server. */
function elementWriter(type: CqlType, codecs: Codecs): ValueWriter {
  const write = contentWriter(type, codecs);
  return (value, out, path) => writeCounted(value, write, out, path);
}

/** Writes what the codec makes of a value. It is never given null or undefined, and must not return them. */
function encodedBy(codec: Codec, write: ValueWriter, type: CqlType): ValueWriter {
  return (value, out, path) => {
    if (value === null || value === undefined || value === UNSET_VALUE) {
      write(value, out, path);
      return;
    }
    let encoded: unknown;
    try {
      encoded = codec.encode(value);
    } catch (cause) {
      const reason = cause instanceof DriverError ? cause.message : 'got an error';
      return refuseBecause(`expected a value that the codec of ${codec.cql} encodes: ${reason}`, type, path, cause);
    }
    write(encoded, out, path);
  };
}

// [int length][byte…content]; length -1 is null
// native_protocol_v5.spec 3, [value]
function writeCounted(value: unknown, writeContent: ValueWriter, out: ByteSink, path: BindPath): void {
  const start = out.position;
  out.ensure(4);
  out.position = start + 4;
  writeContent(value, out, path);
  out.view.setInt32(start, out.position - start - 4);
}

/** Writes what is a value of the type, without its length; null, undefined and unset are no values. */
function contentWriter(type: CqlType, codecs: Codecs, ownCodec = true): ValueWriter {
  const codec = ownCodec ? codecs.ofType(type) : undefined;
  if (codec !== undefined) return encodedBy(codec, contentWriter(type, codecs, false), type);
  const { kind, args } = type;
  const writerOf = (arg: CqlType): ValueWriter => valueWriter(arg, codecs);
  switch (kind) {
    case 'list':
      return listContent(type, elementWriter(part(type, 0), codecs));
    case 'set':
      return setContent(type, elementWriter(part(type, 0), codecs));
    case 'map':
      return mapContent(type, elementWriter(part(type, 0), codecs), elementWriter(part(type, 1), codecs));
    case 'tuple':
      return tupleContent(type, args.map(writerOf));
    case 'udt':
      return udtContent(type, args.map(writerOf));
    case 'vector':
      return vectorContent(type, contentWriter(part(type, 0), codecs), codecs.ofType(part(type, 0)) === undefined);
    default: {
      const write = scalarWriter(kind);
      return (value, out, path) => write(value, out, type, path);
    }
  }
}

function part(type: CqlType, i: number): CqlType {
  return type.args[i] as CqlType;
}
