#!/usr/bin/env bash
# Runs the measurements in a directory one after the other, each in a process of its own; ONE=name runs one.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
directory=$1
node_modules/.bin/tsc --project tsconfig.test.json
# The server that the request measurements ask: native, so that it is never the limit.
[[ $directory != bench ]] || (cd bench/server && cargo build --release --quiet)
shopt -s nullglob
files=("$directory"/${ONE:-*}.ts)
[[ -f ${files[0]:-} ]] || fail "nothing to measure: $directory/${ONE:-*}.ts does not exist"
for file in "${files[@]}"; do
  say "$file"
  node --expose-gc "build/${file%.ts}.js"
done
