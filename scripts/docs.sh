#!/usr/bin/env bash
# Writes the reference: build/docs/api from the TypeScript docstrings, build/docs/core from the Rust ones. The guides in docs/ are
# written by hand.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
TYPEDOC_VERSION=0.28.20
retry npx --yes "typedoc@$TYPEDOC_VERSION" --logLevel Error --out build/docs/api src/index.ts src/arrow.ts ||
  fail "typedoc $TYPEDOC_VERSION is no development dependency: npx gets it from the npm registry, which has to be reachable once"
cargo doc --quiet --no-deps --workspace --target-dir target
rm -rf build/docs/core
cp -r target/doc build/docs/core
say 'build/docs/api/index.html, build/docs/core/ferrocql_core/index.html'
