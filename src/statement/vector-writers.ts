// Writes vectors. Elements of a type with a fixed size stand back to back, others have an unsigned vint as length.
import type { CqlType, CqlTypeKind } from '../types/data-type.ts';
import { Vector } from '../types/vector.ts';
import type { ByteSink } from './byte-sink.ts';
import { toIndexed } from './collection-writers.ts';
import { writeUnsignedVint } from './integer-writers.ts';
import { refuse, refuseBecause } from './refusal.ts';
import type { ValueWriter } from './value-writer.ts';

// As servers have it: tinyint, smallint, date and time count as variable although their size is constant.
const fixedKinds: ReadonlySet<CqlTypeKind> = new Set<CqlTypeKind>([
  'boolean',
  'int',
  'bigint',
  'float',
  'double',
  'uuid',
  'timeuuid',
  'timestamp',
]);

const LONGEST_VINT = 9;

/**
 * The writer of a vector: takes a Vector, an array or a typed array of exactly as many elements as the type has.
 * `element` writes an element without a length; `isPlain` if no codec comes before it.
 */
export function vectorContent(type: CqlType, element: ValueWriter, isPlain = true): ValueWriter {
  const elementType = type.args[0] as CqlType;
  const dimensions = type.dimensions ?? 0;
  const write = isFixedSize(elementType) ? element : counted(element);
  const isFloat = isPlain && elementType.kind === 'float';
  return (value, out, path) => {
    const items = value instanceof Vector ? [...value] : toIndexed(value);
    if (items === undefined) refuse('a Vector, an array or a typed array', value, type, path);
    if (items.length !== dimensions) refuseBecause(`expected ${dimensions} elements, got ${items.length}`, type, path);
    if (isFloat && items instanceof Float32Array) {
      writeFloats(items, out);
      return;
    }
    const level = path.enter();
    for (let i = 0; i < dimensions; i++) {
      path.step(level, i);
      write(items[i], out, path);
    }
    path.leave(level);
  };
}

function isFixedSize(type: CqlType): boolean {
  return fixedKinds.has(type.kind) || (type.kind === 'vector' && isFixedSize(type.args[0] as CqlType));
}

function writeFloats(items: Float32Array, out: ByteSink): void {
  out.ensure(4 * items.length);
  const { view, position } = out;
  for (let i = 0; i < items.length; i++) view.setFloat32(position + 4 * i, items[i] as number);
  out.position = position + 4 * items.length;
}

// [unsigned vint length][byte…content]
function counted(element: ValueWriter): ValueWriter {
  return (value, out, path) => {
    const start = out.position;
    out.ensure(LONGEST_VINT);
    const content = start + LONGEST_VINT;
    out.position = content;
    element(value, out, path);
    const end = out.position;
    out.position = start;
    writeUnsignedVint(BigInt(end - content), out);
    out.buffer.copyWithin(out.position, content, end);
    out.position += end - content;
  };
}
