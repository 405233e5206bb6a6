# SPDX-License-Identifier: MIT
# How a test suite reports: `PASS name` or `FAIL name`, one a line, in
# build/results/tests.txt. Sourced after lib.sh by tests/suites/*.sh.
# shellcheck shell=bash

TESTS_TXT=$RESULTS/tests.txt

pass() {
    printf 'PASS %s\n' "$1" | tee -a "$TESTS_TXT"
}

fail() { # NAME [REASON]
    printf 'FAIL %s\n' "$1" >>"$TESTS_TXT"
    printf 'FAIL %s%s\n' "$1" "${2:+: $2}"
}

# check NAME COMMAND...: passes when the command does.
check() {
    local name=$1
    shift
    if "$@"; then pass "$name"; else fail "$name" "exit status $?"; fi
}
