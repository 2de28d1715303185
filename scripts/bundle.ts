// Bundles the entries of the package: one file each instead of a hundred modules, so that importing costs milliseconds.
// Parts that several entries use become shared chunks, so that a class exists once.
import { build } from 'esbuild';

await build({
  entryPoints: { index: 'src/index.ts', arrow: 'src/arrow.ts' },
  // What a user of an entry installs beside the package.
  external: ['apache-arrow'],
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  logLevel: 'error',
});
