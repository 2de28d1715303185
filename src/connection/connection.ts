// One connection: it owns its socket, its half of the core and its stream ids. Frames go out together once a turn of the
// event loop; each chunk that comes in is pushed into the core once, and its records go to whoever waits for them.
// What a request is, and whether it is sent again, is left to those above.

import { DriverError } from '../errors.ts';
import { errorFromFault } from '../protocol/core-errors.ts';
import { Opcode } from '../protocol/opcodes.ts';
import { RECORD_WORDS, RecordKind, RecordWord } from '../protocol/record.ts';
import { BigBody, isLastPart } from './big-frame.ts';
import {
  brokenError,
  closedError,
  lostError,
  oversizeError,
  unansweredError,
  unknownStreamError,
} from './connection-errors.ts';
import { StreamIds } from './stream-ids.ts';
import { WriteQueue } from './write-queue.ts';
import type { Core, CoreConnection, Delivery, EncodedFrame } from '../core.ts';
import type { DecodeBigFrame } from './big-frame.ts';
import type { Clock } from './clock.ts';
import type { EndPoint } from './endpoint.ts';
import type { DuplexBytes } from './duplex-bytes.ts';

/** Who waits for the answer to a frame. Exactly one of the two is called, once, unless the request is abandoned. */
export interface ResponseHandler {
  /** The record at word `record` of the delivery answers; it may be an ERROR, or REFUSED by the core. */
  onResponse(delivery: Delivery, record: number): void;
  /** No answer will come; `maybeApplied` is false if no byte of the frame was handed to the socket. */
  onFailure(error: DriverError): void;
  /** The connection is suspect: the answer may take long, or never come. Is called now and then as long as that is so. */
  onSuspect?(): void;
}

/** Who owns a connection. */
export interface ConnectionListener {
  /** An EVENT came. */
  onEvent(delivery: Delivery, record: number): void;
  /** The connection is closed; is called once, before the requests in flight learn of it. */
  onClosed(connection: Connection, reason: DriverError): void;
  /** So many answers are missing that the connection should be replaced; is called once. */
  onOrphanLimit(connection: Connection): void;
  /** An answer that nobody wanted any more has come, so that there is one more free stream id. */
  onStreamFreed(connection: Connection): void;
  /** The server owes answers and gives no byte; is called at the beginning of each such silence. */
  onSuspect?(connection: Connection): void;
  /** The socket took so much of what waited for it that there is room for requests again. */
  onRoom?(connection: Connection): void;
}

/** The part of the core that connections use. */
export type ConnectingCore = Pick<Core, 'openConnection' | 'seal'>;

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly endPoint: EndPoint;
  readonly socket: DuplexBytes;
  readonly core: ConnectingCore;
  readonly version: 3 | 4 | 5;
  /** Bytes a body may have. */
  readonly maxFrameLength: number;
  /** How many requests may be in flight: 1 to 32766. */
  readonly maxRequests: number;
  readonly clock: Clock;
  /** Calls back when this turn of the event loop is over. */
  readonly schedule: (callback: () => void) => void;
  readonly decodeBigFrame: DecodeBigFrame;
  readonly listener: ConnectionListener;
  /** Looks at the first chunk; what it returns closes the connection. */
  readonly inspectFirstChunk: (chunk: Uint8Array) => DriverError | undefined;
  /** Gets what a handler or a listener throws. */
  readonly report: (error: unknown) => void;
}

/** What watches over a connection. */
export interface ConnectionWatch {
  /** A frame is sent, the first since the last byte came. */
  wake?(): void;
  /** The connection is closed. */
  stop(): void;
}

/** Ids are kept for what must get through on a full connection: a probe whether it is alive, and a change of keyspace. */
const RESERVED_IDS = 2;
const MAX_IDS = 32_767;
const MAX_ORPHANS = 1024;
const MAX_ORPHAN_SHARE = 0.25;

/** A connection to one host. */
export class Connection {
  readonly endPoint: EndPoint;
  readonly version: 3 | 4 | 5;
  readonly #options: ConnectionOptions;
  readonly #ids: StreamIds;
  readonly #queue: WriteQueue;
  /** Stream ids are below this. */
  readonly #streamCapacity: number;
  readonly #reservedIds: number;
  readonly #orphanLimit: number;
  /** By stream id: who waits. */
  #handlers: (ResponseHandler | undefined)[];
  readonly #programWords: Int32Array;
  #core: CoreConnection;
  #compression: 0 | 1 | 2 = 0;
  #bigBody: BigBody | undefined;
  #lastReadAt: number;
  #hasRead = false;
  #hasToldOrphans = false;
  #isDraining = false;
  #isSuspect = false;
  #closeReason: DriverError | undefined;
  #sentSinceRead = 0;
  readonly #watches: ConnectionWatch[] = [];

  constructor(options: ConnectionOptions) {
    const { socket, core, maxRequests } = options;
    this.endPoint = options.endPoint;
    this.version = options.version;
    this.#options = options;
    this.#ids = new StreamIds(Math.min(MAX_IDS, maxRequests + RESERVED_IDS));
    this.#reservedIds = this.#ids.capacity - maxRequests;
    this.#streamCapacity = this.#ids.capacity + 1;
    this.#handlers = new Array<ResponseHandler | undefined>(this.#streamCapacity).fill(undefined);
    this.#programWords = new Int32Array(this.#streamCapacity);
    this.#orphanLimit = Math.min(MAX_ORPHANS, Math.max(1, Math.floor(maxRequests * MAX_ORPHAN_SHARE)));
    this.#core = this.#openCore(-1);
    this.#lastReadAt = options.clock.now();
    this.#queue = new WriteQueue({
      core,
      socket,
      streamCapacity: this.#streamCapacity,
      schedule: options.schedule,
      onError: (error) => this.fail(brokenError(this.endPoint, error)),
      onRoom: () => this.#guard(() => options.listener.onRoom?.(this)),
    });
    socket.onData((chunk) => this.#receive(chunk));
    socket.onClose((error) => this.fail(lostError(this.endPoint, error)));
  }

  /** What STARTUP agreed on: 0 none, 1 lz4, 2 snappy. */
  get compression(): 0 | 1 | 2 {
    return this.#compression;
  }

  /** How many requests wait for their answers. */
  get inFlight(): number {
    return this.#ids.inFlight;
  }

  /** How many answers are missing that nobody waits for any more. */
  get orphaned(): number {
    return this.#ids.orphaned;
  }

  /** How many more requests `send` would take now. */
  get available(): number {
    return this.#isDraining || this.isClosed || this.#queue.isFull
      ? 0
      : Math.max(0, this.#ids.free - this.#reservedIds);
  }

  /** Whether it takes no more requests and closes with the last answer. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Whether the server has owed answers for so long that requests are better sent elsewhere; any byte ends that. */
  get isSuspect(): boolean {
    return this.#isSuspect;
  }

  /** Whether the server owes an answer, to somebody who waits or to somebody who waited since the last byte came. */
  get isOwing(): boolean {
    return this.#sentSinceRead > 0 || this.#ids.inFlight > 0;
  }

  /** Bytes of requests since the last byte came. */
  get sentSinceRead(): number {
    return this.#sentSinceRead;
  }

  /** How many frames wait for the socket. */
  get queued(): number {
    return this.#queue.length;
  }

  /** When the last byte came, in milliseconds of the clock; at first, when the connection was made. */
  get lastReadAt(): number {
    return this.#lastReadAt;
  }

  get isClosed(): boolean {
    return this.#closeReason !== undefined;
  }

  /** Why the connection is closed; undefined while it is open. */
  get closeReason(): DriverError | undefined {
    return this.#closeReason;
  }

  /**
   * Sends a frame when this turn of the event loop is over, and registers who waits for its answer and with which
   * program word the core decodes it.
   *
   * Returns the stream id, or -1 if the connection takes no more requests: it is full, draining or closed.
   */
  send(frame: EncodedFrame, handler: ResponseHandler, programWord: number): number {
    return this.available === 0 ? -1 : this.#enqueue(frame, handler, programWord);
  }

  /** Sends a frame also where `send` would not; a few stream ids are kept for that. */
  sendProbe(frame: EncodedFrame, handler: ResponseHandler): number {
    return this.isClosed ? -1 : this.#enqueue(frame, handler, 0);
  }

  /**
   * Gives a request up: its handler is not called any more. If its frame has not left it never will; otherwise its stream
   * id stays reserved until the answer comes.
   *
   * Returns whether bytes of it may have reached the server; false also for a request that is not in flight.
   */
  abandon(stream: number, handler: ResponseHandler): boolean {
    if (this.#handlers[stream] !== handler) return false;
    this.#handlers[stream] = undefined;
    if (this.#queue.remove(stream)) {
      this.#ids.release(stream);
      this.#finishDraining();
      return false;
    }
    this.#ids.orphan(stream);
    if (this.#ids.orphaned >= this.#orphanLimit && !this.#hasToldOrphans) {
      this.#hasToldOrphans = true;
      this.#guard(() => this.#options.listener.onOrphanLimit(this));
    }
    this.#finishDraining();
    return true;
  }

  /**
   * Sets what STARTUP is going to agree on, and the error code that ScyllaDB announced for its rate limit (-1: none).
   * Call it before STARTUP, with nothing in flight.
   */
  agree(compression: 0 | 1 | 2, rateLimitCode: number): void {
    this.#core.close();
    this.#compression = compression;
    this.#core = this.#openCore(rateLimitCode);
  }

  /** From now on frames leave in segments: v5, once READY or AUTHENTICATE has come. */
  startSegments(): void {
    this.#queue.startSegments(this.#compression === 1);
  }

  /** Names what watches over the connection, besides what does already. */
  watchedBy(watch: ConnectionWatch): void {
    this.#watches.push(watch);
  }

  /** The server is silent: tells the owner the first time, and those who wait each time. */
  suspect(): void {
    if (this.isClosed) return;
    if (!this.#isSuspect) {
      this.#isSuspect = true;
      this.#guard(() => this.#options.listener.onSuspect?.(this));
    }
    const handlers = this.#handlers;
    for (const handler of handlers) if (handler?.onSuspect !== undefined) this.#guard(() => handler.onSuspect?.());
  }

  /** Takes no more requests, and closes when none is in flight. */
  drain(): void {
    this.#isDraining = true;
    this.#finishDraining();
  }

  /** Closes now; requests in flight fail. Closing again does nothing. */
  close(): void {
    this.fail(closedError(this.endPoint));
  }

  /** Closes now and tells why; requests in flight fail with the reason as their cause. */
  fail(reason: DriverError): void {
    if (this.isClosed) return;
    this.#closeReason = reason;
    const handlers = this.#handlers;
    this.#handlers = [];
    this.#queue.clear();
    this.#bigBody = undefined;
    this.#core.close();
    this.#options.socket.destroy();
    for (const watch of this.#watches) watch.stop();
    this.#guard(() => this.#options.listener.onClosed(this, reason));
    for (let stream = 0; stream < handlers.length; stream++) {
      const handler = handlers[stream];
      if (handler !== undefined)
        this.#tellFailure(handler, unansweredError(this.endPoint, reason, this.#queue.isSent(stream)));
    }
  }

  /**
   * What is wrong with the accounts of the stream ids, for tests; `null` if every id is free, in flight with somebody who
   * waits, or orphaned.
   */
  auditStreams(): string | null {
    const wrong = this.#ids.audit();
    if (wrong !== null || this.isClosed) return wrong;
    for (let stream = 0; stream < this.#streamCapacity; stream++) {
      const isAwaited = this.#handlers[stream] !== undefined;
      if (isAwaited !== this.#ids.isInFlight(stream))
        return `expected stream ${stream} in flight if somebody waits, and only then`;
    }
    const sum = this.#ids.free + this.#ids.inFlight + this.#ids.orphaned;
    return sum === this.#ids.capacity ? null : `expected ${this.#ids.capacity} ids in all, got ${sum}`;
  }

  #enqueue(frame: EncodedFrame, handler: ResponseHandler, programWord: number): number {
    const stream = this.#ids.take();
    if (stream < 0) return -1;
    this.#handlers[stream] = handler;
    this.#programWords[stream] = programWord;
    this.#core.setProgram(stream, programWord);
    this.#queue.push(frame, stream);
    if (this.#sentSinceRead === 0) for (const watch of this.#watches) watch.wake?.();
    this.#sentSinceRead += frame.length;
    return stream;
  }

  /** Never throws: nobody above could tell which connection it was. */
  #receive(chunk: Uint8Array): void {
    if (this.isClosed || chunk.length === 0) return;
    this.#lastReadAt = this.#options.clock.now();
    this.#sentSinceRead = 0;
    this.#isSuspect = false;
    if (!this.#hasRead) {
      this.#hasRead = true;
      const foreign = this.#options.inspectFirstChunk(chunk);
      if (foreign !== undefined) {
        this.fail(foreign);
        return;
      }
    }
    try {
      const { delivery, frames, fault } = this.#core.push(chunk);
      this.#dispatch(delivery, frames);
      if (fault !== null) this.fail(errorFromFault(fault, this.endPoint));
    } catch (error) {
      this.fail(brokenError(this.endPoint, error));
    }
  }

  #dispatch(delivery: Delivery, frames: number): void {
    const words = delivery.i32;
    const end = frames * RECORD_WORDS;
    for (let record = 0; record < end && !this.isClosed; record += RECORD_WORDS) {
      const stream = words[record + RecordWord.STREAM] ?? 0;
      if (stream < 0) this.#dispatchPushed(delivery, record, stream);
      else if (this.#handlers[stream] !== undefined && this.#queue.isSent(stream))
        this.#answer(delivery, record, stream);
      else if (this.#ids.isOrphaned(stream)) this.#dropLate(delivery, record, stream);
      else this.fail(unknownStreamError(this.endPoint, delivery, record));
    }
  }

  /** What comes on a negative stream id answers no request. Other ids than that of events are left to later protocols. */
  #dispatchPushed(delivery: Delivery, record: number, stream: number): void {
    const words = delivery.i32;
    if (stream !== -1 || words[record + RecordWord.OPCODE] !== Opcode.EVENT) return;
    // One that cannot be decoded goes up too: somebody should tell of it.
    const kind = words[record + RecordWord.KIND];
    if (kind !== RecordKind.MESSAGE && kind !== RecordKind.REFUSED) return;
    this.#guard(() => this.#options.listener.onEvent(delivery, record));
  }

  #answer(delivery: Delivery, record: number, stream: number): void {
    const handler = this.#handlers[stream];
    if (handler === undefined) return;
    const isPart = delivery.i32[record + RecordWord.KIND] === RecordKind.PART;
    if (isPart && !this.#keepPart(delivery, record, stream)) return;
    this.#handlers[stream] = undefined;
    this.#ids.release(stream);
    try {
      if (isPart) handler.onResponse(this.#decodeBigFrame(delivery, record, stream), 0);
      else handler.onResponse(delivery, record);
    } catch (error) {
      this.#tellFailure(
        handler,
        error instanceof DriverError ? error : new DriverError(`the answer could not be taken in`, { cause: error }),
      );
    }
    this.#finishDraining();
  }

  #dropLate(delivery: Delivery, record: number, stream: number): void {
    if (delivery.i32[record + RecordWord.KIND] === RecordKind.PART) {
      this.#bigBody = undefined;
      if (!isLastPart(delivery, record)) return;
    }
    this.#ids.release(stream);
    this.#guard(() => this.#options.listener.onStreamFreed(this));
  }

  /** Returns whether the body is whole. */
  #keepPart(delivery: Delivery, record: number, stream: number): boolean {
    const total = delivery.i32[record + RecordWord.TOTAL_LENGTH] ?? 0;
    if (total > this.#options.maxFrameLength) {
      this.fail(oversizeError(this.endPoint, this.#options.maxFrameLength, total));
      return false;
    }
    if (this.#bigBody?.stream !== stream) this.#bigBody = new BigBody(stream);
    this.#bigBody.add(delivery, record);
    return isLastPart(delivery, record);
  }

  #decodeBigFrame(delivery: Delivery, record: number, stream: number): Delivery {
    const blocks = this.#bigBody?.blocks ?? [];
    this.#bigBody = undefined;
    return this.#options.decodeBigFrame({
      version: this.version,
      compression: this.#compression,
      flags: delivery.i32[record + RecordWord.FLAGS] ?? 0,
      stream,
      opcode: delivery.i32[record + RecordWord.OPCODE] ?? 0,
      programWord: this.#programWords[stream] ?? 0,
      bodyLength: delivery.i32[record + RecordWord.TOTAL_LENGTH] ?? 0,
      blocks,
    });
  }

  #openCore(rateLimitCode: number): CoreConnection {
    return this.#options.core.openConnection({
      version: this.version,
      compression: this.#compression,
      maxFrameLength: this.#options.maxFrameLength,
      streamCapacity: this.#streamCapacity,
      rateLimitCode,
    });
  }

  #finishDraining(): void {
    if (this.#isDraining && this.#ids.inFlight === 0) this.close();
  }

  #tellFailure(handler: ResponseHandler, error: DriverError): void {
    this.#guard(() => handler.onFailure(error));
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#options.report(error);
    }
  }
}
