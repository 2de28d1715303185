// What a call into the core throws. Those who know what was asked of it make a sentence and an error of the driver of it.

/** Refused by the core: the request block contradicts itself or a limit of the protocol. */
export class CoreFault extends Error {
  readonly kind: number;
  readonly offset: number;

  constructor(fault: { readonly kind: number; readonly offset: number }) {
    super(`the core refused its input: kind ${fault.kind} at byte ${fault.offset}`);
    this.kind = fault.kind;
    this.offset = fault.offset;
  }
}
