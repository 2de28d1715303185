// The smallest client of the native protocol (v4) that can tell whether a server is ready: OPTIONS, STARTUP, plain
// login, one query. The harness must not use the driver that it tests.
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type SecureContextOptions } from 'node:tls';

const VERSION = 4;
const OPCODE = {
  ERROR: 0x00,
  STARTUP: 0x01,
  READY: 0x02,
  AUTHENTICATE: 0x03,
  OPTIONS: 0x05,
  SUPPORTED: 0x06,
  QUERY: 0x07,
  RESULT: 0x08,
  AUTH_RESPONSE: 0x0f,
  AUTH_SUCCESS: 0x10,
} as const;
const SKIP_METADATA = 0x02;
const RESULT_ROWS = 2;

export interface ProbeTarget {
  readonly address: string;
  readonly port: number;
  readonly credentials?: { readonly username: string; readonly password: string };
  /** TLS material; the probe does not verify the server. */
  readonly tls?: SecureContextOptions;
}

/** One connection that asks one thing at a time. */
export class NativeProbe {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #waiting: { resolve: (frame: Frame) => void; reject: (cause: Error) => void } | undefined;
  #failure: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#deliver();
    });
    socket.on('error', (cause) => {
      this.#fail(cause);
    });
    socket.on('close', () => {
      this.#fail(new Error('the server closed the connection'));
    });
  }

  /** Opens a connection and logs in; rejects if the server is not (yet) there, or within the time limit silent. */
  static async open(target: ProbeTarget, timeoutMs = 2000): Promise<NativeProbe> {
    const { address: host, port, tls } = target;
    const socket =
      tls === undefined ? connectPlain({ host, port }) : connectTls({ host, port, ...tls, rejectUnauthorized: false });
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    const probe = new NativeProbe(socket);
    try {
      await probe.#expect(OPCODE.OPTIONS, Buffer.alloc(0), OPCODE.SUPPORTED);
      const answer = await probe.#ask(OPCODE.STARTUP, stringMap({ CQL_VERSION: '3.0.0' }));
      if (answer.opcode === OPCODE.AUTHENTICATE) {
        const { username, password } = target.credentials ?? { username: '', password: '' };
        const token = Buffer.from(`\0${username}\0${password}`);
        await probe.#expect(OPCODE.AUTH_RESPONSE, Buffer.concat([int(token.length), token]), OPCODE.AUTH_SUCCESS);
      } else if (answer.opcode !== OPCODE.READY) {
        throw new Error(describe(answer));
      }
      return probe;
    } catch (cause) {
      probe.close();
      throw cause;
    }
  }

  /** Runs a query at a consistency (its number on the wire) and gives the number of rows of its first page; rejects with the server's message. */
  async query(cql: string, consistency: number): Promise<number> {
    const text = Buffer.from(cql);
    const parameters = Buffer.from([consistency >> 8, consistency & 0xff, SKIP_METADATA]);
    const body = Buffer.concat([int(text.length), text, parameters]);
    const result = await this.#expect(OPCODE.QUERY, body, OPCODE.RESULT);
    if (result.body.readInt32BE(0) !== RESULT_ROWS) return 0;
    // [int] kind, [int] flags, [int] column count, then nothing but the row count: paging is off, metadata skipped.
    return result.body.readInt32BE(12);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #expect(opcode: number, body: Buffer, wanted: number): Promise<Frame> {
    const answer = await this.#ask(opcode, body);
    if (answer.opcode !== wanted) throw new Error(describe(answer));
    return answer;
  }

  #ask(opcode: number, body: Buffer): Promise<Frame> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#waiting = { resolve, reject };
      this.#socket.write(Buffer.concat([Buffer.from([VERSION, 0, 0, 0, opcode]), int(body.length), body]));
    });
  }

  #deliver(): void {
    if (this.#received.length < 9) return;
    const end = 9 + this.#received.readInt32BE(5);
    if (this.#received.length < end) return;
    const frame = { opcode: this.#received.readUInt8(4), body: this.#received.subarray(9, end) };
    this.#received = this.#received.subarray(end);
    this.#waiting?.resolve(frame);
    this.#waiting = undefined;
  }

  #fail(cause: Error): void {
    this.#failure ??= cause;
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }
}

interface Frame {
  readonly opcode: number;
  readonly body: Buffer;
}

function describe(frame: Frame): string {
  if (frame.opcode !== OPCODE.ERROR) return `unexpected answer with opcode ${frame.opcode}`;
  const length = frame.body.readUInt16BE(4);
  return frame.body.subarray(6, 6 + length).toString();
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function stringMap(entries: Record<string, string>): Buffer {
  const pairs = Object.entries(entries);
  return Buffer.concat([
    short(pairs.length),
    ...pairs.flat().flatMap((text) => [short(text.length), Buffer.from(text)]),
  ]);
}

function short(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
