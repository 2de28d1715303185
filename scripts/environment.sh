# Sourced by the other scripts: where things are, and the Rust toolchain that scripts/toolchain.sh settled on.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/ferrocql
TOOLCHAIN_FILE=$ROOT/build/toolchain.env
cd "$ROOT"

# The exact version that bindings/Cargo.toml pins; the command line tool must be of the same one.
WASM_BINDGEN_VERSION=$(sed -n 's/^wasm-bindgen = .*version = "=\([0-9.]*\)".*/\1/p' bindings/Cargo.toml)
WASM_PACK_VERSION=0.15.1
WASM_TARGET=wasm32-unknown-unknown

say() { printf '%s\n' "==> $*"; }

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Runs a command up to three times: downloads fail now and then.
retry() {
  local attempt
  for attempt in 1 2; do
    "$@" && return 0
    printf '%s\n' "    attempt $attempt of 3 failed: $*" >&2
    sleep $((attempt * 3))
  done
  "$@"
}

# What toolchain.sh found out, see there.
RUST_FALLBACK=
if [[ -f $TOOLCHAIN_FILE ]]; then
  # shellcheck source=/dev/null
  source "$TOOLCHAIN_FILE"
fi
