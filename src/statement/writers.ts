// Chooses the writer of a CQL type, parts included, and puts the length before each value.
import type { CqlType } from '../types/data-type.ts';
import type { BindPath } from './bind-path.ts';
import type { ByteSink } from './byte-sink.ts';
import { listContent, mapContent, setContent } from './collection-writers.ts';
import { scalarWriter } from './scalar-writers.ts';
import { tupleContent, udtContent } from './structure-writers.ts';
import type { ValueWriter } from './value-writer.ts';
import { vectorContent } from './vector-writers.ts';

/** Returns the writer of a type; it takes null, and refuses undefined and unset, which only whole bound values can be. */
export function valueWriter(type: CqlType): ValueWriter {
  const write = contentWriter(type);
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
function elementWriter(type: CqlType): ValueWriter {
  const write = contentWriter(type);
  return (value, out, path) => writeCounted(value, write, out, path);
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
function contentWriter(type: CqlType): ValueWriter {
  const { kind, args } = type;
  switch (kind) {
    case 'list':
      return listContent(type, elementWriter(part(type, 0)));
    case 'set':
      return setContent(type, elementWriter(part(type, 0)));
    case 'map':
      return mapContent(type, elementWriter(part(type, 0)), elementWriter(part(type, 1)));
    case 'tuple':
      return tupleContent(type, args.map(valueWriter));
    case 'udt':
      return udtContent(type, args.map(valueWriter));
    case 'vector':
      return vectorContent(type, contentWriter(part(type, 0)));
    default: {
      const write = scalarWriter(kind);
      return (value, out, path) => write(value, out, type, path);
    }
  }
}

function part(type: CqlType, i: number): CqlType {
  return type.args[i] as CqlType;
}
