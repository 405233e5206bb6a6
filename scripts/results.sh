# SPDX-License-Identifier: MIT
# How a test suite reports: `PASS name` or `FAIL name`, one a line, in
# build/results/tests.txt ($TESTS_TXT). Sourced after lib.sh by tests/suites/*.sh. A suite
# that is run again on another build has $TEST_PREFIX before its names.
# shellcheck shell=bash

TESTS_TXT=${TESTS_TXT:-$RESULTS/tests.txt}

pass() {
    printf 'PASS %s\n' "${TEST_PREFIX:-}$1" | tee -a "$TESTS_TXT"
}

fail() { # NAME [REASON]
    printf 'FAIL %s\n' "${TEST_PREFIX:-}$1" >>"$TESTS_TXT"
    printf 'FAIL %s%s\n' "${TEST_PREFIX:-}$1" "${2:+: $2}"
}

# Prints what a sanitizer wrote since the last look, into $SANITIZER_REPORTS; fails when
# that is no report. AddressSanitizer also warns there of swapcontext in every QEMU.
sanitizer_reported() {
    local report found=1
    for report in "${SANITIZER_REPORTS:-/nonexistent}"/report.*; do
        [ -e "$report" ] || continue
        if grep -qE 'ERROR: |SUMMARY: |runtime error: ' "$report"; then
            found=0
            cat "$report"
        fi
        mv "$report" "$SANITIZER_REPORTS/seen-${report##*/}"
    done
    return "$found"
}

# check NAME COMMAND...: passes when the command does and no sanitizer has a complaint.
check() {
    local name=$1 status=0
    shift
    "$@" || status=$?
    if sanitizer_reported; then
        fail "$name" "a sanitizer's report (exit status $status)"
    elif [ "$status" -ne 0 ]; then
        fail "$name" "exit status $status"
    else
        pass "$name"
    fi
}

# collect NAME COMMAND...: the verdict lines that the command prints are verdicts of the suite,
# and its output goes to $RESULTS/NAME.txt. A command that fails without saying which verdict
# failed has failed itself.
collect() {
    local name=$1 output=$RESULTS/$1.txt status=0
    shift
    mkdir -p "${output%/*}"
    "$@" >"$output" || status=$?
    sed -E "s,^(PASS|FAIL) ,&${TEST_PREFIX:-}," "$output"
    sed -nE "s,^(PASS|FAIL) ,&${TEST_PREFIX:-},p" "$output" >>"$TESTS_TXT"
    if sanitizer_reported; then
        fail "$name" "a sanitizer's report"
    elif [ "$status" -ne 0 ] && ! grep -q '^FAIL ' "$output"; then
        fail "$name" "exit status $status"
    elif ! grep -qE '^(PASS|FAIL) ' "$output"; then
        fail "$name" "no verdict"
    fi
}
