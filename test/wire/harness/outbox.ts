// The sending side of one connection and direction: carries out delivery plans, keeps the order of what is written, and
// leaves nothing behind when it is stopped.
import type { Socket } from 'node:net';
import { Alarms, type Clock } from './clock.ts';
import { overrideHeader } from './frame.ts';
import { type DeliveryPlan, type Ending, wirePieces } from './plan.ts';
import type { Random } from './random.ts';
import type { SealOptions } from './segment.ts';

export interface OutboxSettings {
  readonly socket: Socket;
  readonly clock: Clock;
  readonly random: Random;
  /** Turns frames into the bytes of the connection: as they are, or as v5 segments. */
  readonly seal: (frames: readonly Uint8Array[], options: SealOptions) => Uint8Array;
  /** Puts frames of one turn of the event loop together, as busy servers do. */
  readonly packs: boolean;
  /** Carries out the end of a connection's reading. */
  readonly stopReading: () => void;
}

interface Job {
  readonly pieces: readonly Uint8Array[];
  readonly gapMs: number;
  readonly ending: Ending | undefined;
  readonly onSent: () => void;
}

interface HeldJob {
  readonly job: Job;
  othersLeft: number;
}

export class Outbox {
  readonly #settings: OutboxSettings;
  readonly #alarms: Alarms;
  readonly #queue: Job[] = [];
  readonly #held: HeldJob[] = [];
  #packed: { frame: Uint8Array; onSent: () => void }[] = [];
  #isWriting = false;
  #isStopped = false;

  constructor(settings: OutboxSettings) {
    this.#settings = settings;
    this.#alarms = new Alarms(settings.clock);
  }

  /** Sends one frame as its plan says; `onSent` runs when its last byte has been handed to the socket. */
  send(frame: Uint8Array, plan: DeliveryPlan = {}, onSent: () => void = ignore): void {
    if (this.#settings.packs && Object.keys(plan).length === 0) {
      this.#pack(frame, onSent);
      return;
    }
    this.flush();
    this.#dispatch(this.#makeJob(frame, plan, onSent), plan);
  }

  /** Writes bytes as they are, each piece by itself, behind everything that is under way. */
  write(...pieces: readonly Uint8Array[]): void {
    this.flush();
    this.#enqueue({ pieces, gapMs: 0, ending: undefined, onSent: ignore });
  }

  /** Ends the connection behind everything that is under way. */
  end(ending: Ending): void {
    this.flush();
    this.#enqueue({ pieces: [], gapMs: 0, ending, onSent: ignore });
  }

  /** Forgets all that is not written yet. */
  stop(): void {
    this.#isStopped = true;
    this.#alarms.cancelAll();
    this.#queue.length = 0;
    this.#held.length = 0;
    this.#packed = [];
  }

  #pack(frame: Uint8Array, onSent: () => void): void {
    this.#packed.push({ frame, onSent });
    if (this.#packed.length === 1) {
      setImmediate(() => {
        this.flush();
      });
    }
  }

  /** Writes what waits to be packed: its form is that of now. */
  flush(): void {
    const packed = this.#packed;
    if (packed.length === 0) {
      return;
    }
    this.#packed = [];
    const sealed = this.#settings.seal(
      packed.map(({ frame }) => frame),
      {},
    );
    const onSent = (): void => {
      for (const each of packed) {
        each.onSent();
      }
    };
    this.#enqueue({ pieces: [sealed], gapMs: 0, ending: undefined, onSent });
  }

  #makeJob(frame: Uint8Array, plan: DeliveryPlan, onSent: () => void): Job {
    if (plan.isDropped === true) {
      return { pieces: [], gapMs: 0, ending: plan.ending, onSent: ignore };
    }
    const { random, seal } = this.#settings;
    const faulty = plan.frameFault === undefined ? frame : plan.frameFault(frame, random);
    const headed = plan.header === undefined ? faulty : overrideHeader(faulty, plan.header);
    const pieces = wirePieces(seal([headed], plan.seal ?? {}), plan, random);
    return { pieces, gapMs: plan.trickle?.everyMs ?? 0, ending: plan.ending, onSent };
  }

  #dispatch(job: Job, plan: DeliveryPlan): void {
    if (plan.delayMs !== undefined) {
      this.#alarms.after(plan.delayMs, () => {
        this.#enqueue(job);
      });
    } else if (plan.afterOthers !== undefined) {
      this.#held.push({ job, othersLeft: plan.afterOthers });
    } else {
      this.#enqueue(job);
    }
  }

  #enqueue(job: Job): void {
    if (this.#isStopped) {
      return;
    }
    this.#queue.push(job);
    this.#queue.push(...this.#release());
    this.#startNext();
  }

  /** Counts one message that has gone, and gives the held ones whose turn it is. */
  #release(): Job[] {
    for (const held of this.#held) {
      held.othersLeft -= 1;
    }
    const due = this.#held.filter(({ othersLeft }) => othersLeft <= 0);
    for (const held of due) {
      this.#held.splice(this.#held.indexOf(held), 1);
    }
    return due.map(({ job }) => job);
  }

  #startNext(): void {
    const job = this.#isWriting ? undefined : this.#queue.shift();
    if (job !== undefined) {
      this.#isWriting = true;
      this.#writeFrom(job, 0);
    }
  }

  #writeFrom(job: Job, index: number): void {
    const piece = job.pieces[index];
    if (this.#isStopped) {
      return;
    }
    if (index + 1 < job.pieces.length) {
      this.#put(piece);
      this.#pause(job.gapMs, () => {
        this.#writeFrom(job, index + 1);
      });
      return;
    }
    job.onSent();
    this.#put(piece);
    this.#finish(job.ending, piece !== undefined);
    this.#isWriting = false;
    this.#startNext();
  }

  #put(piece: Uint8Array | undefined): void {
    const { socket } = this.#settings;
    if (piece !== undefined && !socket.destroyed && !socket.writableEnded) {
      socket.write(piece);
    }
  }

  #finish(ending: Ending | undefined, hasWritten: boolean): void {
    const { socket, stopReading } = this.#settings;
    if (ending === 'close') {
      socket.end();
    } else if (ending === 'stop reading') {
      stopReading();
    } else if (ending === 'reset' && hasWritten) {
      // A reader that finds bytes and the RST in one poll may take it for a mere end.
      this.#pause(0, () => socket.resetAndDestroy());
    } else if (ending === 'reset') {
      socket.resetAndDestroy();
    }
  }

  #pause(gapMs: number, run: () => void): void {
    if (gapMs > 0) {
      this.#alarms.after(gapMs, run);
    } else {
      setImmediate(() => setImmediate(run));
    }
  }
}

function ignore(): void {
  // Nobody waits for this message.
}
