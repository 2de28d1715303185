#!/usr/bin/env bash
# Runs the checks named as arguments, all to the end; says at the end which failed.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

run() {
  case $1 in
    rustfmt) cargo fmt --all --check ;;
    clippy) cargo clippy --quiet --workspace --all-targets -- --deny warnings ;;
    tsc) node_modules/.bin/tsc --project tsconfig.test.json ;;
    eslint) node_modules/.bin/eslint . ;;
    prettier) node_modules/.bin/prettier --log-level warn --check . ;;
    *) fail "unknown check: $1" ;;
  esac
}

failed=()
for check in "$@"; do
  say "$check"
  run "$check" || failed+=("$check")
done
[[ ${#failed[@]} -eq 0 ]] || fail "failed checks: ${failed[*]}"
