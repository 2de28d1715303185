#!/usr/bin/env bash
# Writes the reference: build/docs/api from the TypeScript docstrings, build/docs/core from the Rust ones.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
TYPEDOC_VERSION=0.28.20
retry npx --yes "typedoc@$TYPEDOC_VERSION" --logLevel Error --out build/docs/api src/index.ts
cargo doc --quiet --no-deps --workspace --target-dir target
mkdir -p build/docs
rm -rf build/docs/core
cp -r target/doc build/docs/core
say 'build/docs/api/index.html, build/docs/core/ferrocql_core/index.html'
