// Values of user-defined types as what is registered for them: plain objects, Maps, or instances of the user's own classes.
import { CodecError } from '../errors.ts';
import type { RowObject } from '../types/cql-value.ts';
import type { CqlType } from '../types/data-type.ts';
import type { UserTypeClass } from '../types/user-types.ts';
import { arrayBuilder, objectBuilder, type Cell, type CellReader } from './object-builder.ts';
import type { ReaderContext } from './scalar-readers.ts';

/** Returns the reader of a user-defined type; `cells` read its fields. */
export function userTypeReader(type: CqlType, cells: readonly Cell[], context: ReaderContext): CellReader {
  const names = type.fieldNames ?? [];
  const shape = context.mapping.userTypes.shapeOf(type);
  if (shape === 'object') {
    const build = objectBuilder(names, cells);
    return (page, slot) => build(page, page.lo(slot));
  }
  if (shape === 'map') {
    const build = arrayBuilder(cells);
    return (page, slot) => {
      const values = build(page, page.lo(slot));
      const fields = new Map<string, unknown>();
      for (let i = 0; i < names.length; i++) fields.set(names[i] as string, values[i]);
      return fields;
    };
  }
  return instanceReader(shape, names, cells, type, context);
}

function instanceReader(
  klass: UserTypeClass,
  names: readonly string[],
  cells: readonly Cell[],
  type: CqlType,
  { column }: ReaderContext,
): CellReader {
  const isFactory = 'fromFields' in klass;
  const fieldsOf = isFactory ? objectBuilder(names, cells) : arrayBuilder(cells);
  const make = (fields: unknown): unknown =>
    isFactory ? klass.fromFields(fields as RowObject) : new klass(...(fields as never[]));
  return (page, slot) => {
    const fields = fieldsOf(page, page.lo(slot));
    try {
      return make(fields);
    } catch (cause) {
      const message = `expected fields that ${klass.name} accepts in column ${JSON.stringify(column)}, got an error`;
      throw new CodecError(message, { path: column, cqlType: type.toString(), cause });
    }
  };
}
