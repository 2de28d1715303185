// Rules: a condition on a message and what shall happen to it. One place decides for the fake server and for the proxy.
import type { HeaderOverrides } from './frame.ts';
import type { OpcodeName } from './opcodes.ts';
import type { ByteFault, DeliveryPlan, Ending, Plan, WireFault } from './plan.ts';
import type { Random } from './random.ts';
import type { Response } from './response.ts';
import type { SealOptions, SegmentKnobs } from './segment.ts';

/** What every condition can look at. */
export interface Observed {
  readonly direction: 'request' | 'response';
  readonly opcode: OpcodeName | undefined;
  /** The text of the statement, also for EXECUTE (as prepared), for BATCH (joined by `; `) and for their responses. */
  readonly cql: string | undefined;
  /** Counted from 1 over the whole server or proxy, in the order of accepting. */
  readonly connection: number;
  /** Counted from 1. */
  readonly node: number;
  readonly stream: number;
  readonly version: number;
}

/** All fields given must hold. `nth`, `times` and `probability` are asked last, in this order. */
export interface Condition<Subject extends Observed = Observed> {
  readonly direction?: Observed['direction'];
  readonly opcode?: OpcodeName | readonly OpcodeName[];
  /** Part of the text, or a pattern. */
  readonly cql?: RegExp | string;
  readonly connection?: number;
  readonly node?: number;
  readonly stream?: number;
  readonly when?: (subject: Subject) => boolean;
  /** Only the nth message that fulfils all the above, counted from 1. */
  readonly nth?: number;
  /** At most so often. */
  readonly times?: number;
  /** Drawn from the seeded chance. */
  readonly probability?: number;
}

/** The rules of one server or proxy. */
export class Rules<Subject extends Observed> {
  readonly #random: Random;
  readonly #rules = new Set<Rule<Subject>>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Adds a rule and gives it, to be told what to do. */
  add(condition: Condition<Subject>): Rule<Subject> {
    const rule = new Rule(condition, () => this.#rules.delete(rule));
    this.#rules.add(rule);
    return rule;
  }

  /** Lays the plans of all rules that hold over each other: of two that set the same thing the newer wins. */
  planFor(subject: Subject): Plan<Subject> {
    let plan: Plan<Subject> = { delivery: {} };
    for (const rule of this.#rules) {
      if (rule.holds(subject, this.#random)) {
        plan = { ...plan, ...rule.plan, delivery: { ...plan.delivery, ...rule.plan.delivery } };
      }
    }
    return plan;
  }
}

/** One rule; each method adds to what it does and gives the rule again. */
export class Rule<Subject extends Observed> {
  readonly #condition: Condition<Subject>;
  readonly #forget: () => void;
  #plan: Plan<Subject> = { delivery: {} };
  #seen = 0;
  #applied = 0;

  constructor(condition: Condition<Subject>, forget: () => void) {
    this.#condition = condition;
    this.#forget = forget;
  }

  get plan(): Plan<Subject> {
    return this.#plan;
  }

  /** How often the rule has acted. */
  get applied(): number {
    return this.#applied;
  }

  /** Asked once for each message: it counts. */
  holds(subject: Subject, random: Random): boolean {
    const { nth, times, probability } = this.#condition;
    if (!fulfils(subject, this.#condition)) {
      return false;
    }
    this.#seen += 1;
    const isChosen =
      (nth === undefined || this.#seen === nth) &&
      (times === undefined || this.#applied < times) &&
      (probability === undefined || random.next() < probability);
    this.#applied += isChosen ? 1 : 0;
    return isChosen;
  }

  /** Answers with this, instead of what the server would say. A proxy does not forward a request that it answers. */
  reply(response: Response | ((subject: Subject) => Response)): this {
    this.#plan = { ...this.#plan, reply: response };
    return this;
  }

  /** Replaces header fields of the frame, under true checksums. */
  header(overrides: HeaderOverrides): this {
    return this.#with({ header: overrides });
  }

  /** Changes the frame in any way, under true checksums. */
  frame(fault: ByteFault): this {
    return this.#with({ frameFault: fault });
  }

  /** Makes the v5 segment wrong. */
  segment(knobs: SegmentKnobs): this {
    return this.#with({ seal: { ...this.#plan.delivery.seal, knobs } });
  }

  /** Chooses how a v5 frame is sliced. */
  seal(options: SealOptions): this {
    return this.#with({ seal: { ...this.#plan.delivery.seal, ...options } });
  }

  /** Sends only the first bytes; a negative length leaves out so many at the end. */
  truncate(length: number): this {
    return this.wire((bytes) => bytes.subarray(0, length < 0 ? bytes.length + length : length));
  }

  /** Xors one byte as it is sent (negative: from the end); without a position, flips one bit drawn from the seed. */
  corrupt(at?: number, mask = 0xff): this {
    return this.wire((bytes, random) => {
      const corrupted = bytes.slice();
      const position = at === undefined ? random.integer(bytes.length) : at < 0 ? bytes.length + at : at;
      const flipped = at === undefined ? 1 << random.integer(8) : mask;
      corrupted[position] = (corrupted[position] ?? 0) ^ flipped;
      return corrupted;
    });
  }

  /** Sends these bytes in place of the message. */
  forge(bytes: Uint8Array): this {
    return this.wire(() => bytes);
  }

  /** Changes the bytes as they would be sent, in any way; several of these act in turn. */
  wire(fault: WireFault): this {
    return this.#with({ wireFaults: [...(this.#plan.delivery.wireFaults ?? []), fault] });
  }

  drop(): this {
    return this.#with({ isDropped: true });
  }

  delay(delayMs: number): this {
    return this.#with({ delayMs });
  }

  /** Sends it so many times more. */
  duplicate(times = 1): this {
    return this.#with({ copies: 1 + times });
  }

  /** Lets so many later messages go first. */
  reorder(afterOthers = 1): this {
    return this.#with({ afterOthers });
  }

  /** Writes in pieces, cut at these positions; negative ones count from the end. */
  split(...splitAt: number[]): this {
    return this.#with({ splitAt });
  }

  /** Writes so many bytes at a time. */
  trickle(bytes: number, everyMs = 0): this {
    return this.#with({ trickle: { bytes, everyMs } });
  }

  /** Ends the connection with a FIN when the message is written. */
  close(): this {
    return this.#end('close');
  }

  /** Ends the connection with an RST when the message is written. */
  reset(): this {
    return this.#end('reset');
  }

  /** Reads nothing more from this peer when the message is written; what came in the same read is still handled. */
  stopReading(): this {
    return this.#end('stop reading');
  }

  /** Takes the rule back. */
  remove(): void {
    this.#forget();
  }

  #end(ending: Ending): this {
    return this.#with({ ending });
  }

  #with(more: DeliveryPlan): this {
    this.#plan = { ...this.#plan, delivery: { ...this.#plan.delivery, ...more } };
    return this;
  }
}

/** Whether the countless part of a condition holds; recordings are searched with it too. */
export function fulfils<Subject extends Observed>(subject: Subject, condition: Condition<Subject>): boolean {
  const { direction, opcode, cql, connection, node, stream, when } = condition;
  return (
    (direction === undefined || direction === subject.direction) &&
    (opcode === undefined || [opcode].flat().some((name) => name === subject.opcode)) &&
    (cql === undefined || matchesText(subject.cql, cql)) &&
    (connection === undefined || connection === subject.connection) &&
    (node === undefined || node === subject.node) &&
    (stream === undefined || stream === subject.stream) &&
    (when === undefined || when(subject))
  );
}

function matchesText(text: string | undefined, wanted: RegExp | string): boolean {
  if (text === undefined) {
    return false;
  }
  // `search` leaves the lastIndex of a global pattern alone.
  return typeof wanted === 'string' ? text.includes(wanted) : text.search(wanted) >= 0;
}
