#!/usr/bin/env bash
# Where rustup has no std for wasm32 to offer: takes Debian's newer Rust (rustc-web, cargo-web), its source and lld, and
# builds that std. Nothing is installed: the packages are unpacked in the cache, so no root is needed, nothing that the
# user has is touched (installing these would drive out rustc and rustup), and the user's compiler is still the one found.
# Prints the directory with the rustc and the cargo to put first on PATH; everything else goes to stderr.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

PACKAGES=(rustc-web cargo-web rust-web-src lld)
HOME_DIRECTORY=$CACHE/rust-wasm-debian
ROOT_DIRECTORY=$HOME_DIRECTORY/root
SYSROOT=$HOME_DIRECTORY/sysroot
BIN=$HOME_DIRECTORY/bin
ADVICE="run 'rustup target add $WASM_TARGET' where the network allows it"

build_toolchain() {
  rm -rf "$HOME_DIRECTORY"
  mkdir -p "$HOME_DIRECTORY/packages"
  say "Fetching ${PACKAGES[*]} from Debian (up to 200 MB, once)"
  download || fail "the Rust target $WASM_TARGET is missing, and Debian's packages cannot be had either: $ADVICE"
  for package in "$HOME_DIRECTORY"/packages/*.deb; do dpkg-deb -x "$package" "$ROOT_DIRECTORY"; done
  rm -rf "$HOME_DIRECTORY/packages" "$HOME_DIRECTORY/apt" "$HOME_DIRECTORY/status"
  write_wrappers
  say "Building std for $WASM_TARGET (one to two minutes, once)"
  retry build_std
  # The source has done its duty. Were it still there, the compiler would write its path into modules.
  rm -rf "$SYSROOT/lib/rustlib/src" "$ROOT_DIRECTORY/usr/src"
  touch "$HOME_DIRECTORY/complete"
}

# Asks apt with the lists that the machine has, then, if it has none or old ones, with fresh lists of our own.
download() {
  local apt=(-o Dir::State::status="$HOME_DIRECTORY/status" -o APT::Sandbox::User=root -o Debug::NoLocking=1)
  # What this machine has but for Rust, so that apt names all of Rust and no C library that would not fit the one here.
  awk -v RS= -v ORS='\n\n' '!/^Package: (lib)?(std-)?(rust|cargo|lld|dh-cargo|dh-rust)/' /var/lib/dpkg/status >"$HOME_DIRECTORY/status"
  fetch_packages "${apt[@]}" && return
  local own=$HOME_DIRECTORY/apt
  mkdir -p "$own/lists/partial" "$own/cache/archives/partial"
  apt+=(-o Dir::State::lists="$own/lists" -o Dir::Cache="$own/cache")
  retry apt-get update --quiet=2 "${apt[@]}" 2>/dev/null && retry fetch_packages "${apt[@]}"
}

fetch_packages() {
  local names
  names=$(apt-get install --print-uris --quiet=2 --no-install-recommends "$@" "${PACKAGES[@]}" 2>/dev/null |
    sed -n "s/^'[^']*' \([^_]*\)_.*/\1/p") || return
  # shellcheck disable=SC2086
  [[ -n $names ]] && (cd "$HOME_DIRECTORY/packages" && apt-get download --quiet=2 "$@" $names)
}

# The programs run with the libraries that were unpacked beside them, and with a sysroot of our own.
write_wrappers() {
  local libraries
  libraries=$(printf '%s\n' "$ROOT_DIRECTORY"/{usr/,}lib/*-linux-gnu | paste -sd :)
  mkdir -p "$BIN" "$SYSROOT/lib/rustlib"
  ln -s "$ROOT_DIRECTORY"/usr/lib/rustlib/* "$SYSROOT/lib/rustlib/"
  write_wrapper rustc "LD_LIBRARY_PATH=$libraries" "$ROOT_DIRECTORY/usr/bin/rustc" --sysroot "$SYSROOT"
  write_wrapper wasm-ld "LD_LIBRARY_PATH=$libraries" "$ROOT_DIRECTORY/usr/bin/wasm-ld"
  write_wrapper cargo "LD_LIBRARY_PATH=$libraries" "RUSTC=$BIN/rustc" \
    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$BIN/wasm-ld" "$ROOT_DIRECTORY/usr/bin/cargo"
}

# Name, then variables, the program and its first arguments, as env takes them.
write_wrapper() {
  local name=$1
  shift
  printf '#!/bin/bash\nexec env%s "$@"\n' "$(printf ' %q' "$@")" >"$BIN/$name"
  chmod +x "$BIN/$name"
}

# std is what an empty crate is linked with. With bitcode, or link time optimisation could not look into it.
build_std() {
  local crate=$HOME_DIRECTORY/std library=$SYSROOT/lib/rustlib/$WASM_TARGET/lib
  mkdir -p "$crate/src" "$library"
  : >"$crate/src/lib.rs"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$crate/Cargo.toml"
  # As a list, so that a path may have spaces in it.
  local flags=(
    -C embed-bitcode=yes
    --remap-path-prefix="$SYSROOT/lib/rustlib/src/rust=/rustc"
    --remap-path-prefix="${CARGO_HOME:-$HOME/.cargo}=/cargo"
  )
  (cd "$crate" && RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=target \
    CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && printf '%s' "${flags[*]}") \
    "$BIN/cargo" build --quiet --release --target "$WASM_TARGET" -Zbuild-std=std,panic_abort) || return
  cp "$crate/target/$WASM_TARGET"/release/deps/*.rlib "$library/" || return
  rm -rf "$library"/libempty-*.rlib "$crate"
}

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
  fail "the Rust target $WASM_TARGET is missing and this is no Debian, where it could be built: $ADVICE"
mkdir -p "$CACHE"
exec 3>&1 1>&2
exec 9>"$CACHE/rust-wasm-debian.lock"
flock 9
[[ -f $HOME_DIRECTORY/complete ]] || build_toolchain
printf '%s\n' "$BIN" >&3
