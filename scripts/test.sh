#!/usr/bin/env bash
# Everything that must hold. Goes on after a failure, so that one run tells all; ends with the sum of the runners' own
# counts, and with a code other than 0 if anything failed.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
mkdir -p build
failures=()

for check in rustfmt clippy tsc eslint prettier; do scripts/check.sh "$check" || failures+=("$check"); done

say 'cargo test'
cargo test --workspace --no-fail-fast 2>&1 | tee build/cargo-test.log || failures+=('cargo test')

say 'node --test'
rm -f build/test-counts.json
node build/scripts/run-tests.js || failures+=('node --test')

# "test result: ok. 12 passed; 0 failed; 1 ignored; …", once for each binary.
read -r rust_passed rust_failed rust_skipped < <(awk '/^test result:/ { p += $4; f += $6; s += $8 } END { print p + 0, f + 0, s + 0 }' build/cargo-test.log)
read -r ts_passed ts_failed ts_skipped < <(node --print 'const c = JSON.parse(fs.readFileSync("build/test-counts.json")); `${c.pass} ${c.fail + c.cancelled} ${c.skipped + c.todo}`' 2>/dev/null || echo '0 0 0')

echo
echo "cargo test:  $rust_passed passed, $rust_failed failed, $rust_skipped ignored"
echo "node --test: $ts_passed passed, $ts_failed failed, $ts_skipped skipped"
[[ ${#failures[@]} -eq 0 ]] || printf 'FAILED: %s\n' "${failures[@]}"
echo "$((rust_passed + ts_passed)) passed, $((rust_failed + ts_failed)) failed, $((rust_skipped + ts_skipped)) skipped"
[[ ${#failures[@]} -eq 0 && $ts_passed -gt 0 && $rust_passed -gt 0 ]]
