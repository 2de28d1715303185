// Reads what TypeScript files import and tells what breaks an order of layers. Works on texts, so that its own rules can
// be tested on files that break them.
import { dirname, posix } from 'node:path';
import ts from 'typescript';

/** Paths from the root of the project (`src/pool/host-pool.ts`) with the text of each file. */
export type SourceFiles = ReadonlyMap<string, string>;

export interface LayerRules {
  /** The layers, lowest first: each is `src/<layer>.ts` with the folder `src/<layer>/`. */
  readonly order: readonly string[];
  /** The one layer that may import from outside src/, and what it may import there. */
  readonly door: { readonly layer: string; readonly file: string };
  /** Modules of Node, and optional peers, that only one layer may import. */
  readonly reserved: ReadonlyMap<string, string>;
}

/** Gives one sentence for each fault; none if all files keep the rules. */
export function layerFaults(files: SourceFiles, rules: LayerRules): string[] {
  const faults: string[] = [];
  const graph = new Map<string, string[]>();
  for (const [path, text] of files) {
    const { imports, faults: own } = readImports(path, text);
    faults.push(...own);
    if (!rules.order.includes(layerOf(path))) faults.push(`${path} belongs to no layer`);
    graph.set(path, []);
    for (const specifier of imports) {
      const fault = importFault(path, specifier, files, rules);
      if (fault !== undefined) faults.push(fault);
      if (specifier.startsWith('.')) graph.get(path)?.push(resolve(path, specifier));
    }
  }
  return [...faults, ...cycleFaults(graph)];
}

function importFault(path: string, specifier: string, files: SourceFiles, rules: LayerRules): string | undefined {
  const layer = layerOf(path);
  if (!specifier.startsWith('.')) {
    const owner = rules.reserved.get(specifier.split('/')[0] ?? specifier);
    if (!specifier.startsWith('node:') && owner === undefined) {
      return `${path} imports ${specifier}: the package depends on nothing`;
    }
    return owner === undefined || owner === layer ? undefined : `${path} imports ${specifier}, which only ${owner} may`;
  }
  const target = resolve(path, specifier);
  if (!specifier.endsWith('.ts')) return `${path} imports ${specifier} without the extension .ts`;
  if (!target.startsWith('src/')) {
    const allowed = layer === rules.door.layer && target === rules.door.file;
    return allowed ? undefined : `${path} imports ${target}, which is outside src/`;
  }
  if (!files.has(target)) return `${path} imports ${target}, which does not exist`;
  const [from, to] = [layer, layerOf(target)].map((name) => rules.order.indexOf(name));
  if (from === undefined || to === undefined || to <= from) return undefined;
  return `${path} imports ${target}, but ${layer} lies below ${layerOf(target)}`;
}

function layerOf(path: string): string {
  return (path.split('/')[1] ?? '').replace(/\.ts$/, '');
}

function resolve(path: string, specifier: string): string {
  return posix.join(dirname(path), specifier);
}

// Types count: `import type`, and `import('…')` in the place of a type.
function readImports(path: string, text: string): { imports: string[]; faults: string[] } {
  const imports: string[] = [];
  const faults: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      if (node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) {
        imports.push(node.moduleSpecifier.text);
        if (
          ts.isExportDeclaration(node) &&
          (node.exportClause === undefined || ts.isNamespaceExport(node.exportClause))
        )
          faults.push(`${path} exports all of ${node.moduleSpecifier.text} instead of names`);
      }
    } else if (ts.isImportTypeNode(node) || isImportCall(node)) {
      faults.push(`${path} imports inside its code: ${node.getText()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return { imports, faults };
}

function isImportCall(node: ts.Node): boolean {
  if (ts.isImportEqualsDeclaration(node)) return true;
  if (!ts.isCallExpression(node)) return false;
  return node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require';
}

function cycleFaults(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const faults: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const walk = (path: string): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      faults.push(`cycle: ${[...trail.slice(start), path].join(' → ')}`);
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const next of graph.get(path) ?? []) walk(next);
    trail.pop();
    done.add(path);
  };
  for (const path of graph.keys()) walk(path);
  return faults;
}
