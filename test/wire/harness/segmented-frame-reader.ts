// From segments to frames (native_protocol_v5.spec 2.2), refusing every packing that the spec does not allow.
import { type Frame, FrameReader, HEADER_LENGTH } from './frame.ts';
import { type SegmentCompression, SegmentReader } from './segment.ts';
import { WireError } from './wire-error.ts';

/** Joins segments to frames: whole ones out of a self-contained segment, one out of a run of slices. */
export class SegmentedFrameReader {
  readonly #segments: SegmentReader;
  #slices: FrameReader | undefined;

  constructor(compression: SegmentCompression) {
    this.#segments = new SegmentReader(compression);
  }

  get pendingBytes(): number {
    return this.#segments.pendingBytes + (this.#slices?.pendingBytes ?? 0);
  }

  /** Gives the frames of all segments that are complete with this chunk. */
  push(chunk: Uint8Array): Frame[] {
    this.#segments.push(chunk);
    const frames: Frame[] = [];
    for (let segment = this.#segments.next(); segment !== undefined; segment = this.#segments.next()) {
      if (segment.isSelfContained) {
        frames.push(...this.#wholeFrames(segment.payload));
      } else {
        frames.push(...this.#addSlice(segment.payload));
      }
    }
    return frames;
  }

  #wholeFrames(payload: Uint8Array): Frame[] {
    if (this.#slices !== undefined) {
      throw new WireError('expected the next slice of a frame, got a self-contained segment');
    }
    const reader = new FrameReader();
    reader.push(payload);
    const frames: Frame[] = [];
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      frames.push(frame);
    }
    if (reader.pendingBytes > 0) {
      throw new WireError(`expected whole frames in a self-contained segment, got ${reader.pendingBytes} bytes more`);
    }
    return frames;
  }

  #addSlice(payload: Uint8Array): Frame[] {
    if (this.#slices === undefined && payload.length < HEADER_LENGTH) {
      throw new WireError(`expected a frame header in the first slice, got ${payload.length} bytes`);
    }
    this.#slices ??= new FrameReader();
    this.#slices.push(payload);
    const frame = this.#slices.next();
    if (frame === undefined) {
      return [];
    }
    if (this.#slices.pendingBytes > 0) {
      throw new WireError(`expected slices of one frame, got ${this.#slices.pendingBytes} bytes more`);
    }
    this.#slices = undefined;
    return [frame];
  }
}
