// What a hostile scenario is: the moment, the bytes that come in place of an honest answer, and what a sound driver makes of it.
import { ByteWriter } from '../harness/byte-writer.ts';
import type { CompressionName } from '../harness/compression.ts';
import type { FakeServerOptions } from '../harness/fake-server-options.ts';
import { encodeFrame } from '../harness/frame.ts';
import { OPCODES, type OpcodeName } from '../harness/opcodes.ts';
import type { Ending } from '../harness/plan.ts';
import type { Response } from '../harness/response.ts';
import { sealFrames, type SealOptions } from '../harness/segment.ts';

/** What the forger knows when the bytes are wanted. */
export interface Target {
  readonly version: number;
  readonly compression: CompressionName | undefined;
  /** On which the honest answer would go. */
  readonly stream: number;
  /** The frame of the honest answer, compressed where that is negotiated. */
  readonly honest: Uint8Array;
}

/** Makes what is written in place of the answer, each element by a write of its own. */
export type Forge = (target: Target) => readonly Uint8Array[];

export type Attack =
  /** In place of the answer to the victim's query. */
  | { readonly at: 'query'; readonly forge: Forge; readonly ending?: Ending }
  /** In place of the answer to a message of the handshake. */
  | { readonly at: 'connect'; readonly opcode: OpcodeName; readonly forge: Forge; readonly ending?: Ending }
  /** Unasked, on every open connection, just before the victim's query. */
  | { readonly at: 'event'; readonly forge: Forge }
  /** A well-formed answer to the victim's query whose content lies. */
  | { readonly at: 'answer'; readonly response: () => Response }
  /** What the server says of itself is the attack; the victim's query is answered honestly. */
  | { readonly at: 'options' };

/**
 * What must come of the attacked call, by its timeout at the latest:
 * a value; an error sooner than the timeout; the timeout itself; or either.
 */
export type Expectation = 'value' | 'error' | 'timeout' | 'settled';

export interface Scenario {
  readonly name: string;
  readonly version: number;
  readonly compression?: CompressionName;
  readonly server?: Partial<FakeServerOptions>;
  readonly attack: Attack;
  readonly expects: Expectation;
  /** What becomes of the attacked connection, where only one thing is right. */
  readonly connection?: 'kept' | 'replaced';
  /** Cells of the first row, as text, where a value is expected. */
  readonly cells?: Readonly<Record<string, string>>;
}

/** Nearly every scenario attacks a query; the rest of its fields say what is special. */
export function onQuery(
  version: number,
  name: string,
  forge: Forge,
  rest: Pick<Scenario, 'expects'> & Partial<Scenario> & { readonly ending?: Ending },
): Scenario {
  const { ending, ...fields } = rest;
  return { name, version, attack: { at: 'query', forge, ...(ending === undefined ? {} : { ending }) }, ...fields };
}

/** A frame on the stream that is waited for. */
export function answerFrame(target: Target, opcode: number, body: Uint8Array, flags = 0): Uint8Array {
  const { version, stream } = target;
  return encodeFrame({ version, isResponse: true, flags, stream, opcode, body });
}

/** The same in the form that the connection speaks after its handshake. */
export function answer(target: Target, opcode: number, body: Uint8Array, flags = 0): readonly Uint8Array[] {
  return [sealed(target, [answerFrame(target, opcode, body, flags)])];
}

export function result(target: Target, body: Uint8Array): readonly Uint8Array[] {
  return answer(target, OPCODES.RESULT, body);
}

/** Frames as they are in v3 and v4, in segments in v5. */
export function sealed(target: Target, frames: readonly Uint8Array[], options?: SealOptions): Uint8Array {
  if (target.version >= 5) {
    return sealFrames(frames, target.compression === 'lz4' ? 'lz4' : undefined, options);
  }
  const writer = new ByteWriter();
  for (const frame of frames) {
    writer.raw(frame);
  }
  return writer.finish();
}

/** The rows body as far as the names of keyspace and table: column specs follow. */
export function rowsHead(columns: number, flags = 0x01): ByteWriter {
  return new ByteWriter().int(2).int(flags).int(columns).string('ks').string('t');
}

/** A rows body of one column `v` as far as the row count, which follows; `writeType` writes its `[option]`. */
export function oneColumn(writeType: (writer: ByteWriter) => ByteWriter): ByteWriter {
  return writeType(rowsHead(1).string('v'));
}

/** One row of one cell. */
export function oneCell(type: number, cell: Uint8Array | null): Uint8Array {
  return oneColumn((writer) => writer.short(type))
    .int(1)
    .bytes(cell)
    .finish();
}

export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
