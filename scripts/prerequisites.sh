#!/usr/bin/env bash
# Checks that what the README asks for is installed; names everything that is missing, one line each, and exits 1.
set -uo pipefail

# As rust-version in Cargo.toml.
RUST_MINOR=88

missing=0
lack() {
  printf '%s\n' "missing: $*" >&2
  missing=1
}
has() { command -v "$1" >/dev/null 2>&1; }

if ! has node; then
  lack 'Node 20.19 or newer: https://nodejs.org/en/download'
elif ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
  lack "Node 20.19 or newer (found $(node --version)): https://nodejs.org/en/download"
fi
has npm || lack 'npm, which comes with Node: https://nodejs.org/en/download'
if ! has cargo || ! has rustc; then
  lack 'Rust (cargo and rustc): https://rustup.rs'
elif ! has rustup; then
  # A rustup takes care of the version itself, and may download it where rustc is asked for it.
  minor=$(rustc --version | sed -n 's/^rustc 1\.\([0-9]*\).*/\1/p')
  if [[ ${minor:-0} -lt $RUST_MINOR ]]; then
    lack "Rust 1.$RUST_MINOR or newer (found $(rustc --version)): https://rustup.rs"
  fi
fi

java=java
[[ -n ${JAVA_HOME:-} ]] && java=$JAVA_HOME/bin/java
if ! has "$java"; then
  lack 'a JDK 17 (Debian: apt install openjdk-17-jdk-headless)'
else
  major=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
  if [[ $major != 17 ]]; then
    lack "a JDK 17, which Cassandra 5.0 needs (found ${major:-an unknown version}; Debian: apt install openjdk-17-jdk-headless, or point JAVA_HOME at one)"
  fi
fi
has mvn || lack 'Maven (Debian: apt install maven)'
has make || lack 'make (Debian: apt install make)'
has cc || lack 'a C compiler, called cc (Debian: apt install gcc libc6-dev)'

exit "$missing"
