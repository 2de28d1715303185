// Names that only a quoted identifier can hold.

import type { Random } from '../wire/harness/random.ts';

/** Up to 20 characters, any but NUL and lone surrogates, which no server takes. */
export function randomName(random: Random): string {
  let name = '';
  for (let length = 1 + random.integer(20); length > 0; length--) name += String.fromCodePoint(randomCharacter(random));
  return name;
}

function randomCharacter(random: Random): number {
  switch (random.integer(3)) {
    case 0:
      return 1 + random.integer(0x7e);
    case 1:
      return 0xa0 + random.integer(0x2000);
    default:
      return 0x1f300 + random.integer(0x400);
  }
}
