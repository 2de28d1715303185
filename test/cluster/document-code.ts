// The programs that stand in the documents: all `ts` blocks of a document are one program, from top to bottom. A block below a
// comment `<!-- not run: why -->` is a program of its own that is only compiled.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Compiled files stand in build/test/cluster, so that the checkout is three levels up. */
const checkout = new URL('../../../', import.meta.url);
const folder = new URL('build/documents/', checkout);

/** The code of one document. */
export interface DocumentCode {
  /** `docs/queries.md` */
  readonly path: string;
  /** What is run. */
  readonly program: string;
  /** What is compiled and not run. */
  readonly fragments: readonly string[];
  /** What the program is said to print, in order; `…` stands for anything. */
  readonly printed: readonly string[];
}

/** Reads the code of a document of the checkout. */
export function codeOf(path: string): DocumentCode {
  const text = readFileSync(new URL(path, checkout), 'utf8');
  const run: string[] = [];
  const fragments: string[] = [];
  for (const [, isNotRun, code = ''] of text.matchAll(/(<!-- not run: [^\n]+ -->\n\n?)?^```ts\n([\s\S]*?)^```$/gm)) {
    (isNotRun === undefined ? run : fragments).push(code);
  }
  const program = run.join('\n');
  const printed = [...program.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm)].map(([, output = '']) => output);
  return { path, program, fragments, printed };
}

/** What the compiler has against the code of documents, as a user's strict project would see it. */
export function faultsOf(documents: readonly DocumentCode[]): string[] {
  mkdirSync(folder, { recursive: true });
  const files = documents.flatMap(({ path, program, fragments }) =>
    [program, ...fragments].map((code, i) => {
      const file = fileURLToPath(new URL(`${nameOf(path)}-${i}.ts`, folder));
      writeFileSync(file, `${withImports(code, (name) => `../../src/${name}.ts`)}\nexport {};\n`);
      return file;
    }),
  );
  const compiled = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: ['node'],
  });
  return files.flatMap((file) => {
    const source = compiled.getSourceFile(file);
    const faults = [...compiled.getSyntacticDiagnostics(source), ...compiled.getSemanticDiagnostics(source)];
    return faults.map(({ messageText, start = 0 }) => {
      const line = source?.text.slice(0, start).split('\n').length ?? 0;
      return `${file}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  });
}

/** Writes the program as JavaScript that asks the node at `contactPoint`; returns its path. */
export function writeProgram({ path, program }: DocumentCode, contactPoint: string): string {
  mkdirSync(folder, { recursive: true });
  const file = fileURLToPath(new URL(`${nameOf(path)}.js`, folder));
  const code = withImports(program, (name) => `../src/${name}.js`).replaceAll(
    "'127.0.0.1'",
    JSON.stringify(contactPoint),
  );
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  writeFileSync(file, outputText);
  return file;
}

/** The first text that a program is said to print and does not, in this order; `undefined` if it prints all. */
export function firstNotPrinted(printed: readonly string[], output: string): string | undefined {
  const lines = output.split('\n');
  return printed.find((expected) => {
    const pattern = new RegExp(`^${expected.split('…').map(escape).join('.*')}$`);
    const at = lines.findIndex((line) => pattern.test(line));
    lines.splice(0, at + 1);
    return at === -1;
  });
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function nameOf(path: string): string {
  return path.replace(/^.*\/|\.md$/g, '').toLowerCase();
}

function withImports(code: string, target: (name: string) => string): string {
  return code
    .replace(/from 'ferrocql'/g, `from '${target('index')}'`)
    .replace(/from 'ferrocql\/(\w+)'/g, (_, name: string) => `from '${target(name)}'`);
}
