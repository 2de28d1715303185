// What shall happen to one message on its way: the reply itself, then faults on the frame, the segments and the bytes,
// then how the bytes are put on the wire. Plain data, so that the plans of several rules can be laid over each other.
import { concatenate } from './byte-writer.ts';
import type { HeaderOverrides } from './frame.ts';
import type { Random } from './random.ts';
import type { Response } from './response.ts';
import type { SealOptions } from './segment.ts';

/** Changes bytes; `random` is the seeded chance of the server or proxy. */
export type ByteFault = (bytes: Uint8Array, random: Random) => Uint8Array;

/** The same for bytes as they would be sent; of several pieces each is written by itself. */
export type WireFault = (bytes: Uint8Array, random: Random) => Uint8Array | readonly Uint8Array[];

export type Ending = 'close' | 'reset' | 'stop reading';

export interface Trickle {
  readonly bytes: number;
  /** 0: two turns of the event loop, which lets a reader in this process take each piece alone. */
  readonly everyMs: number;
}

export interface DeliveryPlan {
  /** Changes the frame before it is sealed: v5 checksums are then true again. */
  readonly frameFault?: ByteFault;
  readonly header?: HeaderOverrides;
  /** How v5 segments are cut, and what is wrong in them. */
  readonly seal?: SealOptions;
  /** Change the bytes as they would be sent, one after the other. */
  readonly wireFaults?: readonly WireFault[];
  readonly isDropped?: boolean;
  /** How often the bytes are sent; 1 without a plan. */
  readonly copies?: number;
  /** Sends it only after so many later messages of the same connection and direction. */
  readonly afterOthers?: number;
  readonly delayMs?: number;
  /** Cuts the bytes at these positions; negative ones count from the end. */
  readonly splitAt?: readonly number[];
  readonly trickle?: Trickle;
  /** What becomes of the connection when the bytes are written (or dropped). */
  readonly ending?: Ending;
}

/** `Subject` is what the rule sees: a received request, or a frame that passes a proxy. */
export interface Plan<Subject> {
  readonly reply?: Response | ((subject: Subject) => Response);
  readonly delivery: DeliveryPlan;
}

/** Applies the faults of the wire, copies and cuts: what is written, each piece by itself. */
export function wirePieces(sealed: Uint8Array, plan: DeliveryPlan, random: Random): Uint8Array[] {
  let once = [sealed];
  for (const fault of plan.wireFaults ?? []) {
    once = [fault(concatenate(once), random)].flat();
  }
  const all = Array.from({ length: plan.copies ?? 1 }, () => once).flat();
  const isCut = plan.splitAt !== undefined || plan.trickle !== undefined;
  return (isCut ? cut(concatenate(all), plan) : all).filter((piece) => piece.length > 0);
}

function cut(bytes: Uint8Array, plan: DeliveryPlan): Uint8Array[] {
  const cuts = plan.trickle === undefined ? (plan.splitAt ?? []) : multiples(plan.trickle.bytes, bytes.length);
  const positions = cuts
    .map((cut) => Math.max(0, Math.min(bytes.length, cut < 0 ? bytes.length + cut : cut)))
    .sort((one, other) => one - other);
  const edges = [0, ...positions, bytes.length];
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
}

function multiples(step: number, end: number): number[] {
  return Array.from({ length: Math.floor(end / step) }, (_, index) => (index + 1) * step);
}
