#!/usr/bin/env bash
# Makes sure that Rust can be compiled to WebAssembly, and says how in build/toolchain.env:
#   RUSTUP_TOOLCHAIN  set only where the pinned toolchain cannot be installed: the one that is used instead
#   RUST_FALLBACK     set only where no std for wasm32 can be installed: directory with a rustc and a cargo that have one
# The rustc of the user's shell stays what it is; a fallback lives in the cache and only build-wasm.sh sees it.
# Argument --fallback: use the fallback even where it is not needed.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
# What the last run settled on stands, so that only the first waits for downloads that fail.
use_toolchain=$(sed -n 's/^export RUSTUP_TOOLCHAIN=//p' "$TOOLCHAIN_FILE" 2>/dev/null || true)
last_fallback=$RUST_FALLBACK
RUST_FALLBACK=
unset RUSTUP_TOOLCHAIN

channel=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
rustc_before=$(command -v rustc)

rust_runs() { rustc --version >/dev/null 2>&1 && cargo --version >/dev/null 2>&1; }

# rustup tries a download several times by itself; of its failures, one line is enough.
quiet_rustup() {
  local output
  output=$(RUST_BACKTRACE=0 rustup "$@" 2>&1) && return
  sed -n 's/^error: /    /p' <<<"$output" >&2
  return 1
}

# A rustup that finds a pinned toolchain which is not installed runs nothing at all in this directory.
settle_on_toolchain() {
  if rust_runs; then
    use_toolchain=
    return
  fi
  command -v rustup >/dev/null || fail 'missing: a working rustc and cargo: https://rustup.rs'
  if [[ -z $use_toolchain ]]; then
    say "Installing Rust $channel"
    quiet_rustup toolchain install "$channel" --profile minimal --component clippy --component rustfmt && return
    use_toolchain=$(rustup default 2>/dev/null | cut -d ' ' -f 1)
  fi
  export RUSTUP_TOOLCHAIN=$use_toolchain
  [[ -n $use_toolchain ]] && rust_runs ||
    fail "missing: Rust $channel, and rustup cannot download it: run 'rustup toolchain install $channel'"
  say "Rust $channel cannot be downloaded: going on with $(rustc --version); the module may differ in its bytes"
}

has_wasm_std() {
  local directory
  directory=$(rustc --print target-libdir --target "$WASM_TARGET" 2>/dev/null) || return 1
  compgen -G "$directory/libcore-*.rlib" >/dev/null
}

install_wasm_std() {
  [[ ${1:-} == --fallback ]] && return 1
  has_wasm_std && return
  [[ -z $last_fallback ]] && command -v rustup >/dev/null || return 1
  say "Installing the Rust target $WASM_TARGET"
  quiet_rustup target add "$WASM_TARGET" && has_wasm_std
}

use_debian() {
  if [[ ! -x $last_fallback/rustc ]]; then
    say "No std for $WASM_TARGET from rustup: building one with Debian's compiler and its source, in the cache"
    # Cargo would not see that std is another one than last time.
    rm -rf "target/$WASM_TARGET"
  fi
  RUST_FALLBACK=$("$ROOT/scripts/toolchain-debian.sh")
}

# Both tools are built in one shared directory, so that what both need is compiled once. With their own lock files if the
# registry has all that these name, else with the newest that fits.
install_tool() {
  local name=$1 version=$2
  local home=$CACHE/tools/$name-$version
  [[ ! -x $home/bin/${name%-cli} ]] || return 0
  say "Building $name $version (once; a few minutes)"
  export CARGO_TARGET_DIR=$CACHE/tools/target
  cargo install --quiet --locked "$name" --version "$version" --root "$home" 2>/dev/null ||
    retry cargo install --quiet "$name" --version "$version" --root "$home"
  built_tools=1
}

settle_on_toolchain
install_wasm_std "$@" || use_debian

[[ -n $WASM_BINDGEN_VERSION ]] || fail 'bindings/Cargo.toml pins no exact version of wasm-bindgen'
built_tools=
install_tool wasm-bindgen-cli "$WASM_BINDGEN_VERSION"
install_tool wasm-pack "$WASM_PACK_VERSION"
[[ -z $built_tools ]] || rm -rf "$CACHE/tools/target"

rustc_after=$(command -v rustc)
[[ $rustc_before == "$rustc_after" ]] || fail "the rustc of your shell was $rustc_before and is now $rustc_after"

mkdir -p "$(dirname "$TOOLCHAIN_FILE")"
version=$("${RUST_FALLBACK:+$RUST_FALLBACK/}rustc" --version)
{
  printf '# %s\n' "$version"
  [[ -z $use_toolchain ]] || printf 'export RUSTUP_TOOLCHAIN=%q\n' "$use_toolchain"
  printf 'RUST_FALLBACK=%q\n' "$RUST_FALLBACK"
} >"$TOOLCHAIN_FILE.part"
# Its date says when the toolchain changed.
if cmp --silent "$TOOLCHAIN_FILE.part" "$TOOLCHAIN_FILE"; then
  rm "$TOOLCHAIN_FILE.part"
else
  mv "$TOOLCHAIN_FILE.part" "$TOOLCHAIN_FILE"
  say "Rust to WebAssembly: $version; the rustc of your shell is still $rustc_after"
fi
