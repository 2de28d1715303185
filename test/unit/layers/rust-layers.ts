// Reads which modules of a crate use which others and tells what breaks an order of layers.

/** Paths below the crate's src/ (`rows.rs`, `rows/cells.rs`) with the text of each file. */
export type CrateFiles = ReadonlyMap<string, string>;

/** Gives one sentence for each fault; none if lib.rs lists the modules in this order and each uses only lower ones. */
export function crateFaults(files: CrateFiles, order: readonly string[]): string[] {
  const faults: string[] = [];
  const listed = [...withoutComments(files.get('lib.rs') ?? '').matchAll(/^(?:pub )?mod (\w+);/gm)].map(
    ([, name]) => name,
  );
  if (listed.join(' ') !== order.join(' ')) faults.push(`lib.rs lists its modules as: ${listed.join(' ')}`);
  for (const [path, text] of files) {
    if (path === 'lib.rs') continue;
    const layer = path.replace(/(\/.*)?(\.rs)?$/, '');
    const index = order.indexOf(layer);
    if (index < 0) faults.push(`${path} belongs to no layer`);
    for (const used of usedModules(path, withoutComments(text))) {
      if (order.indexOf(used) > index) faults.push(`${path} uses ${used}, but ${layer} lies below it`);
      if (!order.includes(used)) faults.push(`${path} uses ${used}, which is no module of the crate`);
    }
  }
  return faults;
}

function withoutComments(text: string): string {
  return text.replace(/\/\/.*$/gm, '');
}

// The first name of every path from the crate's root: `crate::rows::next`, `crate::{rows, types::skip}`; and, in a file
// that lies at the root, `super::rows`.
function usedModules(path: string, text: string): Set<string> {
  const used = new Set<string>();
  for (const [, name, group] of text.matchAll(/\bcrate::(?:(\w+)|\{([^;]*)\})/g)) {
    if (name !== undefined) used.add(name);
    for (const member of topLevelMembers(group ?? '')) used.add(member);
  }
  const root = path.includes('/') ? 'super::super' : 'super';
  for (const [, name] of text.matchAll(new RegExp(`(?<!super::)\\b${root}::(\\w+)::`, 'g')))
    if (name !== undefined) used.add(name);
  return used;
}

function topLevelMembers(group: string): string[] {
  let flat = group;
  while (/\{[^{}]*\}/.test(flat)) flat = flat.replace(/\{[^{}]*\}/g, '');
  return flat.split(',').flatMap((member) => /^\s*(\w+)/.exec(member)?.[1] ?? []);
}
