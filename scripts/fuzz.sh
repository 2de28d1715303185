#!/usr/bin/env bash
# Fuzzes the core, each target for SECONDS_EACH (60). Needs more than the README asks for: a nightly Rust and cargo-fuzz.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
[[ -d core-rs/fuzz ]] || fail 'nothing to fuzz: core-rs/fuzz does not exist'
cargo +nightly --version >/dev/null 2>&1 || fail 'missing: a nightly Rust (rustup toolchain install nightly)'
cargo +nightly fuzz --version >/dev/null 2>&1 || fail 'missing: cargo-fuzz (cargo install cargo-fuzz)'
cd core-rs
for target in $(cargo +nightly fuzz list); do
  say "fuzzing $target"
  cargo +nightly fuzz run "$target" -- -max_total_time="${SECONDS_EACH:-60}"
done
