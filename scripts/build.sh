#!/usr/bin/env bash
# Compiles the package into dist/ and holds its sizes against their budgets. dist/core.wasm is written last: it is what
# make looks at.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
say 'Compiling TypeScript to dist/'
rm -rf dist
node_modules/.bin/tsc --project tsconfig.json --emitDeclarationOnly --outDir dist/types
node --disable-warning=DEP0180 --import ./scripts/ts-node.mjs scripts/bundle.ts
node --disable-warning=DEP0180 --import ./scripts/ts-node.mjs scripts/size.ts
cp bindings/pkg/core.wasm dist/core.wasm
