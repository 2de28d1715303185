// One proxied connection: two sockets, and for each direction a reader that finds the frames and an outbox that carries out
// what the rules say. It follows the handshake, so that it knows compression and segments without being told.
import type { Socket } from 'node:net';
import { concatenate, toHex } from './byte-writer.ts';
import type { Clock } from './clock.ts';
import type { CompressionName } from './compression.ts';
import { compressFrame, decompressFrame, encodeFrame, type Frame } from './frame.ts';
import { FrameStream } from './frame-stream.ts';
import { opcodeName, type OpcodeName } from './opcodes.ts';
import { Outbox } from './outbox.ts';
import type { Random } from './random.ts';
import { type DecodedRequest, decodeRequest } from './request.ts';
import { type Response, responseFrame } from './response.ts';
import { readPrepared } from './result-reader.ts';
import type { Observed, Rules } from './rules.ts';
import { sealFrames } from './segment.ts';
import { WireError } from './wire-error.ts';

const FIRST_SEGMENTED_VERSION = 5;

/** What passed the proxy: a frame, or in byte mode a chunk (its opcode is undefined then). */
export interface Passed extends Observed {
  readonly at: number;
  /** Of the request that a response answers. */
  readonly answerTo: OpcodeName | undefined;
  /** The frame, its body decompressed; undefined in byte mode. */
  readonly frame: Frame | undefined;
  readonly bytes: Uint8Array;
}

export interface LinkSettings {
  readonly number: number;
  readonly mode: 'frames' | 'bytes';
  readonly clock: Clock;
  readonly random: Random;
  readonly rules: Rules<Passed>;
  readonly record: (passed: Passed) => void;
  readonly reportViolation: (what: string) => void;
}

type Direction = Observed['direction'];

interface Side {
  readonly source: Socket;
  readonly target: Socket;
  readonly reader: FrameStream;
  readonly outbox: Outbox;
  isStopped: boolean;
}

interface AskedRequest {
  readonly opcode: OpcodeName | undefined;
  readonly cql: string | undefined;
}

export class ProxyLink {
  readonly #settings: LinkSettings;
  readonly #sides: Readonly<Record<Direction, Side>>;
  readonly #asked = new Map<number, AskedRequest>();
  readonly #preparedText = new Map<string, string>();
  #compression: CompressionName | undefined;

  constructor(client: Socket, server: Socket, settings: LinkSettings) {
    this.#settings = settings;
    this.#sides = { request: this.#makeSide(client, server), response: this.#makeSide(server, client) };
    this.#listen('request');
    this.#listen('response');
  }

  get isOpen(): boolean {
    return !this.#sides.request.source.destroyed || !this.#sides.response.source.destroyed;
  }

  /** Writes bytes that nobody sent: `request` to the server, `response` to the client. */
  inject(direction: Direction, bytes: Uint8Array): void {
    this.#sides[direction].outbox.write(bytes);
  }

  /** Puts frames into the form that the connection has reached, for `inject`. */
  seal(...frames: Uint8Array[]): Uint8Array {
    return this.#seal(this.#sides.response, frames, {});
  }

  destroy(): void {
    for (const side of Object.values(this.#sides)) {
      side.outbox.stop();
      side.source.destroy();
    }
  }

  #makeSide(source: Socket, target: Socket): Side {
    const { clock, random } = this.#settings;
    const side: Side = {
      source,
      target,
      reader: new FrameStream(),
      isStopped: false,
      outbox: new Outbox({
        socket: target,
        clock,
        random,
        seal: (frames, options) => this.#seal(side, frames, options),
        packs: false,
        stopReading: () => {
          side.isStopped = true;
          source.pause();
        },
      }),
    };
    return side;
  }

  #seal(side: Side, frames: readonly Uint8Array[], options: Parameters<typeof sealFrames>[2]): Uint8Array {
    return side.reader.isSegmented
      ? sealFrames(frames, this.#compression === 'lz4' ? 'lz4' : undefined, options)
      : concatenate(frames);
  }

  #listen(direction: Direction): void {
    const side = this.#sides[direction];
    const { source, target, outbox } = side;
    source.on('data', (chunk) => {
      this.#receive(direction, chunk);
      if (target.writableNeedDrain) {
        source.pause();
        target.once('drain', () => {
          if (!side.isStopped) {
            source.resume();
          }
        });
      }
    });
    source.on('end', () => {
      outbox.end('close');
    });
    source.on('error', () => target.resetAndDestroy());
    source.on('close', () => {
      if (source.errored === null) {
        outbox.end('close');
      } else {
        outbox.stop();
      }
    });
  }

  #receive(direction: Direction, chunk: Uint8Array): void {
    if (this.#settings.mode === 'bytes') {
      this.#passChunk(direction, chunk);
      return;
    }
    try {
      this.#sides[direction].reader.push(chunk, (frame) => {
        this.#passFrame(direction, frame);
      });
    } catch (problem) {
      if (!(problem instanceof WireError)) {
        throw problem;
      }
      this.#settings.reportViolation(`${direction}: ${problem.message}`);
      this.destroy();
    }
  }

  #passChunk(direction: Direction, chunk: Uint8Array): void {
    const passed: Passed = {
      ...this.#observed(direction, undefined),
      bytes: chunk,
    };
    this.#settings.record(passed);
    this.#sides[direction].outbox.send(chunk, this.#settings.rules.planFor(passed).delivery);
  }

  #passFrame(direction: Direction, frame: Frame): void {
    const bytes = encodeFrame(frame);
    const plain = decompressFrame(frame, this.#compression);
    const asked = direction === 'request' ? this.#noteRequest(plain) : this.#asked.get(frame.stream);
    const passed: Passed = { ...this.#observed(direction, plain, asked), bytes };
    this.#settings.record(passed);
    const plan = this.#settings.rules.planFor(passed);
    const reply = typeof plan.reply === 'function' ? plan.reply(passed) : plan.reply;
    if (reply === undefined) {
      this.#sides[direction].outbox.send(bytes, plan.delivery);
    } else {
      this.#sides.response.outbox.send(this.#encodeReply(reply, frame), plan.delivery);
    }
    if (direction === 'response') {
      this.#noteResponse(plain, asked);
    }
  }

  #encodeReply(reply: Response, { version, stream }: Frame): Uint8Array {
    return encodeFrame(compressFrame(responseFrame(reply, version, stream), this.#compression));
  }

  #noteRequest(frame: Frame): AskedRequest {
    const request = tryDecode(frame);
    if (request?.opcode === 'STARTUP') {
      const wanted = request.options['COMPRESSION']?.toLowerCase();
      this.#compression = wanted === 'lz4' || wanted === 'snappy' ? wanted : undefined;
    }
    const asked = { opcode: opcodeName(frame.opcode), cql: request === undefined ? undefined : this.#textOf(request) };
    this.#asked.set(frame.stream, asked);
    return asked;
  }

  #textOf(request: DecodedRequest): string | undefined {
    switch (request.opcode) {
      case 'QUERY':
      case 'PREPARE':
        return request.cql;
      case 'EXECUTE':
        return this.#preparedText.get(toHex(request.id));
      case 'BATCH':
        return request.entries
          .map(({ cql, id }) => cql ?? (id === undefined ? undefined : this.#preparedText.get(toHex(id))) ?? '')
          .join('; ');
      default:
        return undefined;
    }
  }

  #noteResponse(frame: Frame, asked: AskedRequest | undefined): void {
    this.#asked.delete(frame.stream);
    const opcode = opcodeName(frame.opcode);
    if (frame.version >= FIRST_SEGMENTED_VERSION && (opcode === 'READY' || opcode === 'AUTHENTICATE')) {
      this.#switchToSegments();
    }
    if (asked?.opcode === 'PREPARE' && asked.cql !== undefined) {
      const prepared = readPrepared(frame);
      if (prepared !== undefined) {
        this.#preparedText.set(toHex(prepared.id), asked.cql);
      }
    }
  }

  /** READY also answers REGISTER later on, when the switch is long done. */
  #switchToSegments(): void {
    for (const { reader } of Object.values(this.#sides)) {
      if (!reader.isSegmented) {
        reader.switchToSegments(this.#compression === 'lz4' ? 'lz4' : undefined);
      }
    }
  }

  #observed(direction: Direction, frame: Frame | undefined, asked?: AskedRequest): Omit<Passed, 'bytes'> {
    return {
      direction,
      at: this.#settings.clock.now(),
      opcode: frame === undefined ? undefined : opcodeName(frame.opcode),
      cql: asked?.cql,
      connection: this.#settings.number,
      node: 1,
      stream: frame?.stream ?? 0,
      version: frame?.version ?? 0,
      answerTo: direction === 'response' ? asked?.opcode : undefined,
      frame,
    };
  }
}

/** What a client sends wrong is the server's to judge. */
function tryDecode(frame: Frame): DecodedRequest | undefined {
  try {
    return decodeRequest(frame);
  } catch (problem) {
    if (problem instanceof WireError) {
      return undefined;
    }
    throw problem;
  }
}
