#!/bin/bash
# SPDX-License-Identifier: MIT
# The guest: its demonstration with one thread per hart and with -icount, moved between QEMUs
# while it runs, its refusals, errors and faults.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

status=0
for script in guest-demo guest-migrate; do
    "$PYTHON" "$ROOT/tests/$script.py" "$QEMU_BUILD/qemu-system-riscv64" \
        "$GUEST_BUILD/guest-kernel/kernel.elf" "$GUEST_BUILD/user/initrd.cpio" "$FIRMWARE" \
        >"$RESULTS/guest.txt" || status=$?
    cat "$RESULTS/guest.txt"
    sed -nE "s,^(PASS|FAIL) guest/,\1 ${TEST_PREFIX:-}guest/,p" "$RESULTS/guest.txt" >>"$TESTS_TXT"
    ! sanitizer_reported || fail "guest/$script" "a sanitizer's report"
done
exit "$status"
