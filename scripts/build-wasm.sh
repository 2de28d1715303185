#!/usr/bin/env bash
# Compiles the core to one WebAssembly module without imports: bindings/pkg/core.wasm, and the same compressed, as base64,
# in bindings/pkg/module.ts. The same sources and toolchain give the same bytes, wherever the checkout lies.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

MEMORY_LIMIT=$((1 << 30))
PATH=${RUST_FALLBACK:+$RUST_FALLBACK:}$CACHE/tools/wasm-pack-$WASM_PACK_VERSION/bin:$CACHE/tools/wasm-bindgen-cli-$WASM_BINDGEN_VERSION/bin:$PATH

export CARGO_TERM_QUIET=true
# As a list, so that a path may have spaces in it.
flags=(
  -C target-feature=+simd128,+bulk-memory
  -C link-arg=--max-memory="$MEMORY_LIMIT"
  --remap-path-prefix="$ROOT=/ferrocql"
  --remap-path-prefix="${CARGO_HOME:-$HOME/.cargo}=/cargo"
)
CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && printf '%s' "${flags[*]}")
export CARGO_ENCODED_RUSTFLAGS

say "Compiling the core to WebAssembly with $(rustc --version)"
wasm-pack --log-level error build bindings --mode no-install --target web --release --no-opt --out-dir pkg --out-name core
node --import ./scripts/ts-node.mjs scripts/shrink-wasm.ts bindings/pkg
