// One connection to a node of the fake server: takes requests apart, judges them, records them, answers by rule or default.
import type { Socket } from 'node:net';
import { compressFrame, decompressFrame, encodeFrame, type Frame } from './frame.ts';
import { defaultReply, fitMetadata, textOf } from './default-reply.ts';
import { error } from './error-response.ts';
import { FrameStream } from './frame-stream.ts';
import { concatenate } from './byte-writer.ts';
import { Outbox } from './outbox.ts';
import { HEADER_FLAGS, opcodeName } from './opcodes.ts';
import type { DeliveryPlan } from './plan.ts';
import { type DecodedRequest, decodeRequest } from './request.ts';
import { event, type Response, responseFrame } from './response.ts';
import type { Event } from './event.ts';
import { sealFrames, type SegmentCompression } from './segment.ts';
import type { ConnectionState, NodeState, ReceivedRequest, ServerState } from './server-state.ts';
import { WireError } from './wire-error.ts';

const FIRST_SEGMENTED_VERSION = 5;
const OWN_STREAM = 0;
/** The id that every traced request is given. */
export const TRACING_ID = '00000000-0000-1000-8000-0000000000aa';

export class FakeConnection {
  readonly received: ReceivedRequest[] = [];
  readonly state: ConnectionState;
  readonly openedAt: number;
  readonly remotePort: number;
  readonly #server: ServerState;
  readonly #socket: Socket;
  readonly #inbound = new FrameStream();
  readonly #outbox: Outbox;
  readonly #streamsInFlight = new Set<number>();
  #closedAt: number | undefined;
  #isBroken = false;

  constructor(server: ServerState, node: NodeState, socket: Socket, number: number, shard: number) {
    this.#server = server;
    this.#socket = socket;
    this.openedAt = server.options.clock.now();
    this.remotePort = socket.remotePort ?? 0;
    this.state = {
      number,
      node,
      shard,
      phase: 'new',
      version: undefined,
      compression: undefined,
      keyspace: undefined,
      usesMetadataId: false,
      events: new Set(),
    };
    this.#outbox = new Outbox({
      socket,
      clock: server.options.clock,
      random: server.random,
      seal: (frames, options) =>
        this.#inbound.isSegmented ? sealFrames(frames, this.#segmentCompression, options) : concatenate(frames),
      packs: server.options.packs,
      stopReading: () => this.stopReading(),
    });
    this.#listen();
  }

  get number(): number {
    return this.state.number;
  }

  get isOpen(): boolean {
    return this.#closedAt === undefined;
  }

  /** By the clock of the server; undefined while open. */
  get closedAt(): number | undefined {
    return this.#closedAt;
  }

  /** Sends a response that nobody asked for, or that a test held back. */
  send(response: Response, stream: number, plan: DeliveryPlan = {}): void {
    this.#deliver(this.#frameOf(response, stream), plan);
  }

  push(content: Event): void {
    this.send(event(content), -1);
  }

  /** Writes bytes as they are, outside of frames and segments, each piece by itself. */
  write(...pieces: readonly Uint8Array[]): void {
    this.#outbox.write(...pieces);
  }

  close(): void {
    this.#outbox.end('close');
  }

  reset(): void {
    this.#outbox.end('reset');
  }

  stopReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  /** Drops everything at once; nothing of this connection remains. */
  destroy(): void {
    this.#outbox.stop();
    this.#socket.destroy();
  }

  get #segmentCompression(): SegmentCompression {
    return this.state.compression === 'lz4' ? 'lz4' : undefined;
  }

  #listen(): void {
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#receive(chunk);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#closedAt = this.#server.options.clock.now();
      this.#outbox.stop();
    });
  }

  #receive(chunk: Uint8Array): void {
    if (this.#isBroken) {
      return;
    }
    try {
      this.#inbound.push(chunk, (frame) => {
        this.#handle(frame);
      });
    } catch (problem) {
      if (!(problem instanceof WireError)) {
        throw problem;
      }
      // As a real server: the framing is lost, so the error goes to stream 0 and the connection ends.
      this.#refuse(problem.message, OWN_STREAM);
      this.#isBroken = true;
      this.close();
    }
  }

  #handle(frame: Frame): void {
    const { options, highestVersion } = this.#server;
    if (!options.versions.includes(frame.version)) {
      const supported = options.versions.map((version) => `${version}/v${version}`).join(', ');
      const message = `Invalid or unsupported protocol version (${frame.version}); supported versions are (${supported})`;
      this.#deliver(responseFrame(error('PROTOCOL_ERROR', message), highestVersion, OWN_STREAM), {});
      return;
    }
    this.state.version ??= frame.version;
    if (frame.isResponse || frame.version !== this.state.version) {
      this.#refuse(`expected a request of version ${this.state.version}, got version ${frame.version}`, frame.stream);
      return;
    }
    const plain = decompressFrame(frame, this.state.compression);
    this.#answer(frame, decodeRequest(plain, { usesMetadataId: this.state.usesMetadataId }));
  }

  #answer(frame: Frame, request: DecodedRequest): void {
    this.#checkStream(frame.stream);
    const received = this.#record(frame, request);
    if (!this.#isAllowedNow(request)) {
      this.#refuse(`expected STARTUP first, got ${request.opcode}`, OWN_STREAM);
      return;
    }
    const plan = this.#server.rules.planFor(received);
    // The default is made even if a rule answers: a server that prepared a statement has it, whatever becomes of the answer.
    const usual = defaultReply(this.#server, this.state, request);
    const scripted = typeof plan.reply === 'function' ? plan.reply(received) : plan.reply;
    const reply = trace(frame, fitMetadata(scripted ?? usual, request, frame.version));
    const response = this.#frameOf(reply, frame.stream);
    this.#deliver(response, plan.delivery, () => {
      this.#streamsInFlight.delete(frame.stream);
    });
    if (plan.delivery.isDropped !== true) {
      this.#advance(request, reply);
    }
  }

  #checkStream(stream: number): void {
    if (stream < 0) {
      this.#report(`expected a stream of at least 0, got ${stream}`);
    } else if (this.#streamsInFlight.has(stream)) {
      this.#report(`expected a free stream, got ${stream}, which waits for its answer`);
    }
    this.#streamsInFlight.add(stream);
  }

  #record(frame: Frame, request: DecodedRequest): ReceivedRequest {
    const { options } = this.#server;
    const received: ReceivedRequest = {
      direction: 'request',
      at: options.clock.now(),
      opcode: opcodeName(frame.opcode),
      cql: textOf(this.state, request),
      connection: this.number,
      node: this.state.node.number,
      stream: frame.stream,
      version: frame.version,
      headerFlags: frame.flags,
      bodyLength: frame.body.length,
      wasCompressed: frame.version < FIRST_SEGMENTED_VERSION && (frame.flags & HEADER_FLAGS.COMPRESSED) !== 0,
      remotePort: this.remotePort,
      shard: this.state.shard,
      request,
    };
    this.received.push(received);
    this.#server.record(received);
    return received;
  }

  #isAllowedNow({ opcode }: DecodedRequest): boolean {
    switch (this.state.phase) {
      case 'new':
        return opcode === 'STARTUP' || opcode === 'OPTIONS';
      case 'authenticating':
        return opcode === 'AUTH_RESPONSE' || opcode === 'OPTIONS';
      case 'ready':
        return opcode !== 'STARTUP' && opcode !== 'AUTH_RESPONSE';
    }
  }

  /** Follows the handshake: from READY or AUTHENTICATE on, v5 speaks in segments. */
  #advance(request: DecodedRequest, reply: Response): void {
    if (request.opcode === 'STARTUP' && (reply.kind === 'READY' || reply.kind === 'AUTHENTICATE')) {
      this.state.phase = reply.kind === 'READY' ? 'ready' : 'authenticating';
      if ((this.state.version ?? 0) >= FIRST_SEGMENTED_VERSION) {
        this.#outbox.flush();
        this.#inbound.switchToSegments(this.#segmentCompression);
      }
    } else if (reply.kind === 'AUTH_SUCCESS') {
      this.state.phase = 'ready';
    }
  }

  #frameOf(response: Response, stream: number): Frame {
    return responseFrame(response, this.state.version ?? this.#server.highestVersion, stream);
  }

  #deliver(frame: Frame, plan: DeliveryPlan, onSent?: () => void): void {
    const bytes = encodeFrame(compressFrame(frame, this.state.compression));
    // Sent under another stream it answers nobody: the client's own stream must stay taken.
    this.#outbox.send(bytes, plan, plan.header?.stream === undefined ? onSent : undefined);
  }

  #refuse(what: string, stream: number): void {
    this.#report(what);
    this.send(error('PROTOCOL_ERROR', what), stream);
  }

  #report(what: string): void {
    this.#server.reportViolation(this.number, what);
  }
}

/** A request that wants to be traced is told under which id, unless its answer says another. */
function trace(request: Frame, reply: Response): Response {
  const isTraced = (request.flags & HEADER_FLAGS.TRACING) !== 0;
  return isTraced ? { tracingId: TRACING_ID, ...reply } : reply;
}
