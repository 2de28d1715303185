// `[option]`: the type of a column as metadata carries it.
import type { ByteWriter } from './byte-writer.ts';
import { className, type CqlType, simpleTypeId } from './cql-type.ts';

export const OPTION_IDS = { custom: 0x00, list: 0x20, map: 0x21, set: 0x22, udt: 0x30, tuple: 0x31 } as const;

/**
 * Writes a type; one that is newer than the protocol version goes as a custom class, and so does every vector.
 *
 *     custom  short 0x00, string class          list, set  short id, option
 *     map     short 0x21, option, option        tuple      short 0x31, short n, n options
 *     udt     short 0x30, string keyspace, string name, short n, n × (string field, option)
 */
export function writeOption(writer: ByteWriter, type: CqlType, version: number): void {
  if (typeof type === 'string') {
    const id = simpleTypeId(type, version);
    if (id === undefined) {
      writeCustom(writer, type);
    } else {
      writer.short(id);
    }
  } else if ('list' in type) {
    writer.short(OPTION_IDS.list);
    writeOption(writer, type.list, version);
  } else if ('set' in type) {
    writer.short(OPTION_IDS.set);
    writeOption(writer, type.set, version);
  } else if ('map' in type) {
    writer.short(OPTION_IDS.map);
    writeOption(writer, type.map[0], version);
    writeOption(writer, type.map[1], version);
  } else if ('tuple' in type) {
    writer.short(OPTION_IDS.tuple).short(type.tuple.length);
    for (const component of type.tuple) {
      writeOption(writer, component, version);
    }
  } else if ('udt' in type) {
    writer.short(OPTION_IDS.udt).string(type.udt.keyspace).string(type.udt.name).short(type.udt.fields.length);
    for (const [name, field] of type.udt.fields) {
      writer.string(name);
      writeOption(writer, field, version);
    }
  } else {
    writeCustom(writer, type);
  }
}

function writeCustom(writer: ByteWriter, type: CqlType): void {
  writer.short(OPTION_IDS.custom).string(className(type));
}
