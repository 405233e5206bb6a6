#!/bin/bash
# SPDX-License-Identifier: MIT
# Our qtests, our TCG tests and the guest on a QEMU built with AddressSanitizer and UBSan
# (build/sanitizers). Any report aborts QEMU, which no test takes for success.
# AddressSanitizer's are also looked for in files, because tests may read their QEMU's
# standard error; gcc's UBSan writes there whatever it is told. First of all a QEMU with
# two faults in its UINTC must be caught, one by each sanitizer.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

use_build_tools
export QEMU_BUILD=$SANITIZERS_BUILD TEST_PREFIX=sanitizers/
export SANITIZER_REPORTS=$RESULTS/sanitizers
rm -rf "$SANITIZER_REPORTS"
mkdir -p "$SANITIZER_REPORTS"
ulimit -c 0
reports=log_path=$SANITIZER_REPORTS/report
export ASAN_OPTIONS=abort_on_error=1:detect_leaks=0:$reports
export UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1:print_stacktrace=1:$reports

# The random tests do less and everything may take longer.
export UINTC_MODEL_OPS=${UINTC_MODEL_OPS:-10000}
export TCG_ONLY_OURS=yes TCG_TIMEOUT=1200 GUEST_TIMEOUT=1200 GUEST_SHORT=yes

qtests() { # OPTION...: on $QEMU_BUILD
    "$PYTHON" "$ROOT/tests/run-qtests.py" --build "$QEMU_BUILD" --only-ours --slower 10 \
        --overlay "$ROOT/qemu/tests/qtest" --allow "$ROOT/tests/not-run.txt" \
        --prefix "$TEST_PREFIX" --reports "$SANITIZER_REPORTS" --results "$TESTS_TXT" "$@"
}

# shellcheck source=tests/sanitizers-selftest.sh
. "$ROOT/tests/sanitizers-selftest.sh"
qtests
bash "$ROOT/tests/suites/tcg.sh"
bash "$ROOT/tests/suites/guest.sh"
