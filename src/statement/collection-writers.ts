// Writes lists, sets and maps. They are counted while they are written, and the count is put before them at the end.
import type { CqlType } from '../types/data-type.ts';
import type { BindPath } from './bind-path.ts';
import type { ByteSink } from './byte-sink.ts';
import { isAlive } from './live-view.ts';
import { isPlainObject } from './plain-object.ts';
import { refuse } from './refusal.ts';
import type { ValueWriter } from './value-writer.ts';

// [int n] and n elements, each [int length][byte…]
// native_protocol_v5.spec 6.12, 6.21
/** The writer of a list: takes an array or a typed array. */
export function listContent(type: CqlType, element: ValueWriter): ValueWriter {
  return (value, out, path) => {
    const items = toIndexed(value);
    if (items === undefined) refuse('an array', value, type, path);
    writeIndexed(items, element, out, path);
  };
}

/** The writer of a set: takes a Set or whatever a list takes. Elements that are equal to the server are one. */
export function setContent(type: CqlType, element: ValueWriter): ValueWriter {
  return (value, out, path) => {
    if (value instanceof Set) {
      writeIterated(value, element, out, path);
      return;
    }
    const items = toIndexed(value);
    if (items === undefined) refuse('a Set or an array', value, type, path);
    writeIndexed(items, element, out, path);
  };
}

// [int n] and n times key, value, each [int length][byte…]
// native_protocol_v5.spec 6.13
/** The writer of a map: takes a Map, or a plain object whose property names are the keys. */
export function mapContent(type: CqlType, key: ValueWriter, element: ValueWriter): ValueWriter {
  return (value, out, path) => {
    const entries = toEntries(value);
    if (entries === undefined) refuse('a Map or a plain object', value, type, path);
    const start = startCount(out);
    const side = path.enter();
    const place = path.enter();
    let count = 0;
    for (const [k, v] of entries) {
      path.step(side, 'keys');
      path.step(place, count);
      key(k, out, path);
      path.step(side, 'values');
      element(v, out, path);
      count++;
    }
    path.leave(side);
    out.view.setInt32(start, count);
  };
}

/** What is read by index: an array or a typed array that still has its bytes. */
export function toIndexed(value: unknown): ArrayLike<unknown> | undefined {
  if (Array.isArray(value)) return value as unknown[];
  if (!ArrayBuffer.isView(value) || value instanceof DataView || !isAlive(value)) return undefined;
  return value as ArrayBufferView & ArrayLike<unknown>;
}

function writeIndexed(items: ArrayLike<unknown>, element: ValueWriter, out: ByteSink, path: BindPath): void {
  const start = startCount(out);
  const level = path.enter();
  const { length } = items;
  for (let i = 0; i < length; i++) {
    path.step(level, i);
    element(items[i], out, path);
  }
  path.leave(level);
  out.view.setInt32(start, length);
}

function writeIterated(items: ReadonlySet<unknown>, element: ValueWriter, out: ByteSink, path: BindPath): void {
  const start = startCount(out);
  const level = path.enter();
  let count = 0;
  for (const item of items) {
    path.step(level, count++);
    element(item, out, path);
  }
  path.leave(level);
  out.view.setInt32(start, count);
}

function startCount(out: ByteSink): number {
  const start = out.position;
  out.ensure(4);
  out.position = start + 4;
  return start;
}

function toEntries(value: unknown): Iterable<readonly [unknown, unknown]> | undefined {
  if (value instanceof Map) return value;
  return isPlainObject(value) ? Object.entries(value) : undefined;
}
