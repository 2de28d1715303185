// Texts that try to be more than values: quotes, comments, markers, other statements, control characters, odd Unicode.

import { Random } from '../wire/harness/random.ts';

const FRAGMENTS = [
  ...["'", "''", '"', '""', '`', '\\', "\\'", ';', '--', '//', '/*', '*/', '$$', '?', ':name', '%s', '%(name)s', '%%'],
  ...['\0', '\n', '\r\n', '\t', '\u2028', '\ufeff', '\u202e', '\u0301', 'é', '羽', '🦀', '👩‍👩‍👧', '\u{10ffff}'],
  ...['{', '}', '[', ']', '(', ')', '<', '>', ',', '=', ' ', '${v}', '#{v}', '{{v}}', 'NULL', 'null', 'NaN'],
  ...[
    "'); DROP TABLE ks.t; --",
    "' OR 1=1 --",
    "'} AND true",
    '1; TRUNCATE ks.t',
    "' IF EXISTS",
    "' USING TTL 1",
    'APPLY BATCH;',
  ],
  ...['0x', '0xCAFE', '1e309', '__proto__', 'constructor', '../', '<script>', '\u0000\u0001', 'x'.repeat(300)],
];

/** Texts made of hostile fragments; the same for the same seed. */
export function* hostileTexts(count: number, seed: number): Generator<string> {
  const random = new Random(seed);
  yield* FRAGMENTS;
  for (let i = FRAGMENTS.length; i < count; i++) {
    let text = '';
    for (let parts = 1 + Math.floor(random.next() * 6); parts > 0; parts--) {
      text += FRAGMENTS[Math.floor(random.next() * FRAGMENTS.length)] ?? '';
    }
    yield text;
  }
}
