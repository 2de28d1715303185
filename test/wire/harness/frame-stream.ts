// The receiving side of one connection and direction: bare frames first, segments from the moment the handshake says so.
import { type Frame, FrameReader } from './frame.ts';
import type { SegmentCompression } from './segment.ts';
import { SegmentedFrameReader } from './segmented-frame-reader.ts';

export class FrameStream {
  readonly #bare = new FrameReader();
  #segmented: SegmentedFrameReader | undefined;

  get isSegmented(): boolean {
    return this.#segmented !== undefined;
  }

  /** Bytes of a frame or segment that has not come to its end. */
  get pendingBytes(): number {
    return this.#bare.pendingBytes + (this.#segmented?.pendingBytes ?? 0);
  }

  /** Everything from here on comes in v5 segments. */
  switchToSegments(compression: SegmentCompression): void {
    this.#segmented = new SegmentedFrameReader(compression);
  }

  /** Hands on each frame that is complete; `onFrame` may switch to segments, also amid a chunk. */
  push(chunk: Uint8Array, onFrame: (frame: Frame) => void): void {
    const rest = this.isSegmented ? chunk : this.#handOnBare(chunk, onFrame);
    for (const frame of this.#segmented?.push(rest) ?? []) {
      onFrame(frame);
    }
  }

  /** Gives what lies behind the frame that made the switch. */
  #handOnBare(chunk: Uint8Array, onFrame: (frame: Frame) => void): Uint8Array {
    this.#bare.push(chunk);
    for (let frame = this.#bare.next(); frame !== undefined; frame = this.#bare.next()) {
      onFrame(frame);
      if (this.isSegmented) {
        return this.#bare.takeRest();
      }
    }
    return new Uint8Array(0);
  }
}
