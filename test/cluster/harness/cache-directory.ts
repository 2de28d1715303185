// Where downloads and builds are kept between runs: outside the checkout, shared by all checkouts of a user.
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The project's cache directory, `$XDG_CACHE_HOME/ferrocql` or `~/.cache/ferrocql`, or a path inside it. */
export function cacheDirectory(...path: string[]): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'ferrocql', ...path);
}
