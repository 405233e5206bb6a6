#!/bin/bash
# SPDX-License-Identifier: MIT
# test.sh [--check] [SUITE...]: runs the suites in tests/suites/: the named ones, or those
# of `all` in this order.
# Verdicts go to build/results/tests.txt; the last line is "N passed, N failed".
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

all=(cli source series upstream models unit qtest tcg guest attribution snapshot off linux bench rules)
# Only when named: they build more, or take long.
named=(sanitizers stress)

check_only=
if [ "${1:-}" = --check ]; then
    check_only=yes
    shift
fi
for suite in "$@"; do
    [[ " ${all[*]} ${named[*]} " == *" $suite "* ]] ||
        usage_error "no test suite '$suite'; there are: ${all[*]} ${named[*]}"
done
[ -z "$check_only" ] || exit 0
[ $# -gt 0 ] || set -- "${all[@]}"

mkdir -p "$RESULTS" "$LOGS"
: >"$TESTS_TXT"
count() { # VERDICT [FIRST LINE]
    tail -n "+${2:-1}" "$TESTS_TXT" | grep -c "^$1 " || true
}
for suite in "$@"; do
    before=$(wc -l <"$TESTS_TXT")
    start=$SECONDS
    log=$LOGS/test-$suite.log
    printf '==> test %s\n' "$suite"
    status=0
    bash "$ROOT/tests/suites/$suite.sh" >"$log" 2>&1 </dev/null || status=$?
    grep -a '^FAIL ' "$log" | sed 's/^/    /' || true
    if [ "$status" -ne 0 ] || [ "$(wc -l <"$TESTS_TXT")" -eq "$before" ]; then
        fail "suite/$suite" "it ended with status $status, log: $log"
        tail -n 20 "$log"
    fi
    printf '    %d passed, %d failed in %s\n' "$(count PASS $((before + 1)))" \
        "$(count FAIL $((before + 1)))" "$(elapsed $((SECONDS - start)))"
done
passed=$(count PASS)
failed=$(count FAIL)
[ "$failed" -eq 0 ] || printf 'logs: %s/test-*.log\n' "$LOGS"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
