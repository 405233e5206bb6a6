#!/bin/bash
# SPDX-License-Identifier: MIT
# The benchmarks themselves: a short run of all of them, and that they notice what goes wrong.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

check bench/reader-itself "$PYTHON" "$ROOT/tests/bench/bench_test.py"
status=0
"$PYTHON" "$ROOT/tests/bench/smoke.py" --qemu "$QEMU_BUILD/qemu-system-riscv64" \
    --guest "$GUEST_BUILD/tests/bench/guest/bench.elf" >"$RESULTS/bench-smoke.txt" || status=$?
cat "$RESULTS/bench-smoke.txt"
grep -aE '^(PASS|FAIL) bench/' "$RESULTS/bench-smoke.txt" >>"$TESTS_TXT"
exit "$status"
