// One figure: what was promised, what was measured, and whether it held. Printed as it is known; a figure that does not hold
// makes the process end with an error.

export interface Figure {
  /** What is measured, as a sentence. */
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly holds: boolean;
}

export function report({ what, target, measured, holds }: Figure): void {
  console.log(`${holds ? 'held  ' : 'MISSED'}  ${what}: ${measured}  (target: ${target})`);
  if (!holds) process.exitCode = 1;
}

/** A figure of milliseconds, or of anything that is better the smaller it is. */
export function reportAtMost(what: string, measured: number, limit: number, unit: string): void {
  const holds = measured <= limit;
  report({ what, target: `at most ${limit} ${unit}`, measured: `${rounded(measured)} ${unit}`, holds });
}

/** A count that must be exactly this. */
export function reportExactly(what: string, measured: number, expected: number): void {
  report({ what, target: String(expected), measured: String(measured), holds: measured === expected });
}

/** What explains a figure, and promises nothing. */
export function note(text: string): void {
  console.log(`        ${text}`);
}

export function rounded(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
}

/** The smallest value that at least this share (0 to 1) of the values do not exceed; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** The number given as the nth argument of the program, from 0; `fallback` where none is given. */
export function argument(index: number, fallback: number): number {
  const text = process.argv[2 + index];
  return text === undefined ? fallback : Number(text);
}
