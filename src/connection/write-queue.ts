// What a connection has to send: frames wait until the turn of the event loop is over and leave together, in one write
// where they fit. A frame that has not left can still be taken back.

import { allocateBytes } from './socket.ts';
import type { Core, EncodedFrame } from '../core.ts';
import type { DuplexBytes } from './duplex-bytes.ts';

/** Frames are handed to the socket in lots of about this size, so that what waits for a slow peer can be taken back. */
const LOT_BYTES = 131_072;
const SLAB_BYTES = 65_536;
/** A lot larger than this gets memory of its own instead of ending a slab early. */
const MAX_SLAB_SHARE = 16_384;
/** A queue with so many bytes takes no more requests: the peer does not read, and memory is finite. */
const MAX_QUEUED_BYTES = 8 * 1024 * 1024;

/** What a write queue is made of. */
export interface WriteQueueOptions {
  readonly core: Pick<Core, 'seal'>;
  readonly socket: DuplexBytes;
  /** Stream ids are below this. */
  readonly streamCapacity: number;
  /** Calls back when this turn of the event loop is over. */
  readonly schedule: (flush: () => void) => void;
  /** Gets what sealing or writing throws; the queue is of no use after that. */
  readonly onError: (error: unknown) => void;
  /** The queue was full and no longer is. */
  readonly onRoom: () => void;
}

/** The frames of one connection on their way to its socket. */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  readonly #flush = (): void => this.#flushLots();
  readonly #frames: EncodedFrame[] = [];
  readonly #streams: number[] = [];
  /** By stream id: 1 if its frame was handed to the socket. */
  readonly #sent: Uint8Array;
  #slab: Uint8Array = new Uint8Array(0);
  #slabPosition = 0;
  /** Where frames are put together that are sealed, not sent. */
  #scratch = new Uint8Array(0);
  #segments: 'none' | 'raw' | 'lz4' = 'none';
  #isScheduled = false;
  #isBlocked = false;
  /** Bytes of the frames that have not left. */
  #bytes = 0;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
    this.#sent = new Uint8Array(options.streamCapacity);
    options.socket.onDrain(() => {
      this.#isBlocked = false;
      this.#flushLots();
    });
  }

  /** How many frames have not left. */
  get length(): number {
    return this.#frames.length;
  }

  /** Whether no more should be pushed than what is urgent. */
  get isFull(): boolean {
    return this.#bytes >= MAX_QUEUED_BYTES;
  }

  /** From now on frames leave in v5 segments. */
  startSegments(isCompressed: boolean): void {
    this.#segments = isCompressed ? 'lz4' : 'raw';
  }

  /** Sends a frame under a stream id when this turn of the event loop is over. */
  push(frame: EncodedFrame, stream: number): void {
    this.#sent[stream] = 0;
    this.#frames.push(frame);
    this.#streams.push(stream);
    this.#bytes += frame.length;
    if (this.#isScheduled || this.#isBlocked) return;
    this.#isScheduled = true;
    this.#options.schedule(this.#flush);
  }

  /** Whether the frame that was pushed last under this stream id was handed to the socket. */
  isSent(stream: number): boolean {
    return this.#sent[stream] === 1;
  }

  /** Takes a frame back that has not left; returns false if it has. */
  remove(stream: number): boolean {
    const index = this.#streams.indexOf(stream);
    if (index < 0) return false;
    this.#bytes -= this.#frames[index]?.length ?? 0;
    this.#streams.splice(index, 1);
    this.#frames.splice(index, 1);
    return true;
  }

  /** Forgets what has not left. */
  clear(): void {
    this.#frames.length = 0;
    this.#streams.length = 0;
    this.#bytes = 0;
  }

  #flushLots(): void {
    this.#isScheduled = false;
    const before = this.#bytes;
    let first = 0;
    try {
      while (!this.#isBlocked && first < this.#frames.length) first = this.#writeLot(first);
    } catch (error) {
      this.#options.onError(error);
    }
    this.#frames.splice(0, first);
    this.#streams.splice(0, first);
    if (before >= MAX_QUEUED_BYTES && this.#bytes < MAX_QUEUED_BYTES) this.#options.onRoom();
  }

  /** Writes the frames from `first` on that make one lot, at least one; returns the index behind them. */
  #writeLot(first: number): number {
    let length = 0;
    let end = first;
    for (const count = this.#frames.length; end < count; end++) {
      const next = this.#frames[end]?.length ?? 0;
      if (end > first && length + next > LOT_BYTES) break;
      length += next;
    }
    const lot =
      this.#segments === 'none' ? this.#putTogether(first, end, this.#take(length)) : this.#seal(first, end, length);
    for (let i = first; i < end; i++) this.#sent[this.#streams[i] ?? 0] = 1;
    this.#bytes -= length;
    this.#isBlocked = !this.#options.socket.write(lot);
    return end;
  }

  #seal(first: number, end: number, length: number): Uint8Array {
    if (length > this.#scratch.length && length <= LOT_BYTES) this.#scratch = new Uint8Array(LOT_BYTES);
    const target = length > this.#scratch.length ? allocateBytes(length) : this.#scratch;
    this.#putTogether(first, end, target);
    return this.#options.core.seal(target, length, this.#segments === 'lz4' ? 1 : 0);
  }

  /** Copies frames one behind the other, those that lie so already at once, and gives each its stream id. */
  #putTogether(first: number, end: number, target: Uint8Array): Uint8Array {
    let position = 0;
    let index = first;
    while (index < end) {
      const head = this.#frames[index];
      if (head === undefined) break;
      const runStart = position;
      let runEnd = head.offset;
      for (
        let frame: EncodedFrame | undefined = head;
        index < end && frame?.bytes === head.bytes && frame.offset === runEnd;
        frame = this.#frames[index]
      ) {
        runEnd += frame.length;
        index++;
      }
      target.set(head.bytes.subarray(head.offset, runEnd), runStart);
      position += runEnd - head.offset;
    }
    this.#patchStreams(first, end, target);
    return target;
  }

  // native_protocol_v5.spec 2: version 1, flags 1, stream 2, opcode 1, length 4
  #patchStreams(first: number, end: number, target: Uint8Array): void {
    let position = 0;
    for (let i = first; i < end; i++) {
      const stream = this.#streams[i] ?? 0;
      target[position + 2] = stream >> 8;
      target[position + 3] = stream;
      position += this.#frames[i]?.length ?? 0;
    }
  }

  /** Memory for bytes that the socket keeps: a part of the slab that is never used again. */
  #take(length: number): Uint8Array {
    if (length > MAX_SLAB_SHARE) return allocateBytes(length);
    if (this.#slabPosition + length > this.#slab.length) {
      this.#slab = allocateBytes(SLAB_BYTES);
      this.#slabPosition = 0;
    }
    const start = this.#slabPosition;
    this.#slabPosition += length;
    return this.#slab.subarray(start, start + length);
  }
}
