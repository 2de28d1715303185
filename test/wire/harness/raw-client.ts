// The harness's own client: sends any frame or bytes, gives back frames, and has no opinion about what they mean.
import { connect, type Socket } from 'node:net';
import { plainTokenBody, startupBody } from './client-messages.ts';
import type { CompressionName } from './compression.ts';
import { concatenate } from './byte-writer.ts';
import { compressFrame, decompressFrame, encodeFrame, type Frame } from './frame.ts';
import { FrameStream } from './frame-stream.ts';
import { OPCODES, type OpcodeName } from './opcodes.ts';
import { sealFrames } from './segment.ts';
import { WireError } from './wire-error.ts';

const FIRST_SEGMENTED_VERSION = 5;
const RESPONSES: ReadonlySet<number> = new Set([
  OPCODES.ERROR,
  OPCODES.READY,
  OPCODES.AUTHENTICATE,
  OPCODES.SUPPORTED,
  OPCODES.RESULT,
  OPCODES.EVENT,
  OPCODES.AUTH_CHALLENGE,
  OPCODES.AUTH_SUCCESS,
]);

export interface RawClientOptions {
  readonly port: number;
  readonly host?: string;
  readonly localPort?: number;
  readonly version?: number;
  readonly compression?: CompressionName;
  readonly username?: string;
  readonly password?: string;
  /** Takes a frame of the wrong version, direction or opcode, or on a stream that nobody waits on, for the end. */
  readonly isStrict?: boolean;
  /** Further STARTUP keys. */
  readonly startup?: Readonly<Record<string, string>>;
}

interface Pending {
  readonly resolve: (frame: Frame) => void;
  readonly reject: (reason: Error) => void;
}

export class RawClient {
  readonly version: number;
  /** Every frame that came, in order, bodies decompressed. */
  readonly frames: Frame[] = [];
  /** Resolves when the connection has ended, with the error that ended it, if one did. */
  readonly closed: Promise<Error | undefined>;
  readonly #options: RawClientOptions;
  readonly #socket: Socket;
  readonly #inbound = new FrameStream();
  readonly #pending = new Map<number, Pending>();
  #nextStream = 0;
  #isNegotiated = false;
  #failure: Error | undefined;

  private constructor(options: RawClientOptions, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
    this.version = options.version ?? 4;
    this.closed = this.#listen();
  }

  /** What ended the connection, or its plain end; undefined while it is good. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Opens the socket, nothing more. */
  static async open(options: RawClientOptions): Promise<RawClient> {
    const { port, host = '127.0.0.1', localPort } = options;
    const socket = connect({ port, host, ...(localPort === undefined ? {} : { localPort }) });
    socket.setNoDelay(true);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawClient(options, socket);
  }

  /** Opens the socket and shakes hands, with a password where the server asks for one. */
  static async connect(options: RawClientOptions): Promise<RawClient> {
    const client = await RawClient.open(options);
    try {
      await client.#shakeHands();
      return client;
    } catch (problem) {
      client.destroy();
      throw problem;
    }
  }

  /** Sends a request on the next stream and waits for the frame that comes back on it. */
  async request(opcode: OpcodeName, body: Uint8Array = new Uint8Array(0), flags = 0): Promise<Frame> {
    const stream = this.#nextStream;
    this.#nextStream += 1;
    return this.exchange({ version: this.version, isResponse: false, flags, stream, opcode: OPCODES[opcode], body });
  }

  /** Sends a frame as it is (compressed where that is negotiated) and waits for one on its stream. */
  async exchange(frame: Frame): Promise<Frame> {
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
    const answer = new Promise<Frame>((resolve, reject) => {
      this.#pending.set(frame.stream, { resolve, reject });
    });
    this.write(this.seal(encodeFrame(compressFrame(frame, this.#compression))));
    return answer;
  }

  /** Puts frames into the form that the connection has reached: bare, or a segment. */
  seal(...frames: Uint8Array[]): Uint8Array {
    return this.#inbound.isSegmented
      ? sealFrames(frames, this.#options.compression === 'lz4' ? 'lz4' : undefined)
      : concatenate(frames);
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await this.closed;
  }

  /** Only what STARTUP has agreed on: the frames before it are plain. */
  get #compression(): CompressionName | undefined {
    return this.#isNegotiated ? this.#options.compression : undefined;
  }

  async #shakeHands(): Promise<void> {
    const { compression, username = '', password = '', startup } = this.#options;
    const answer = await this.request(
      'STARTUP',
      startupBody({ ...(compression === undefined ? {} : { COMPRESSION: compression }), ...startup }),
    );
    const final =
      answer.opcode === OPCODES.AUTHENTICATE
        ? await this.request('AUTH_RESPONSE', plainTokenBody(username, password))
        : answer;
    if (final.opcode !== OPCODES.READY && final.opcode !== OPCODES.AUTH_SUCCESS) {
      throw new WireError(`expected READY or AUTH_SUCCESS, got opcode ${final.opcode}`);
    }
  }

  async #listen(): Promise<Error | undefined> {
    const socket = this.#socket;
    let failure: Error | undefined;
    socket.on('data', (chunk) => {
      this.#receive(chunk);
    });
    socket.on('error', (problem) => {
      failure = problem;
    });
    return new Promise((resolve) => {
      socket.on('close', () => {
        this.#failAll(failure ?? this.#failure ?? new WireError('expected an answer, got the end of the connection'));
        resolve(failure ?? this.#failure);
      });
    });
  }

  #receive(chunk: Uint8Array): void {
    try {
      this.#inbound.push(chunk, (frame) => {
        this.#handle(frame);
      });
    } catch (problem) {
      if (!(problem instanceof WireError)) {
        throw problem;
      }
      this.#failAll(problem);
      this.#socket.destroy();
    }
  }

  #handle(frame: Frame): void {
    if (this.#options.isStrict === true) {
      this.#judge(frame);
    }
    const plain = decompressFrame(frame, this.#options.compression);
    this.frames.push(plain);
    if (!this.#isNegotiated && (frame.opcode === OPCODES.READY || frame.opcode === OPCODES.AUTHENTICATE)) {
      this.#isNegotiated = true;
      if (frame.version >= FIRST_SEGMENTED_VERSION) {
        this.#inbound.switchToSegments(this.#options.compression === 'lz4' ? 'lz4' : undefined);
      }
    }
    const pending = this.#pending.get(frame.stream);
    this.#pending.delete(frame.stream);
    pending?.resolve(plain);
  }

  #judge({ version, isResponse, opcode, stream }: Frame): void {
    if (version !== this.version || !isResponse || !RESPONSES.has(opcode)) {
      throw new WireError(`expected a response of v${this.version}, got version ${version}, opcode ${opcode}`);
    }
    if (stream >= 0 && !this.#pending.has(stream)) {
      throw new WireError(`expected an answer that somebody waits for, got one on stream ${stream}`);
    }
  }

  #failAll(reason: Error): void {
    this.#failure ??= reason;
    for (const { reject } of this.#pending.values()) {
      reject(reason);
    }
    this.#pending.clear();
  }
}
