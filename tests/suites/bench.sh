#!/bin/bash
# SPDX-License-Identifier: MIT
# The benchmarks themselves: a short run of all of them, and that they notice what goes wrong;
# with their guest, which posts need the global lock; and the same of communication in the guest.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

check bench/reader-itself "$PYTHON" "$ROOT/tests/bench/bench_test.py"
collect bench/ipc "$PYTHON" "$ROOT/tests/bench/ipc_smoke.py" \
    --qemu "$QEMU_BUILD/qemu-system-riscv64" --build "$BUILD"
for script in smoke locks; do
    collect "bench/$script" "$PYTHON" "$ROOT/tests/bench/$script.py" \
        --qemu "$QEMU_BUILD/qemu-system-riscv64" --guest "$GUEST_BUILD/tests/bench/guest/bench.elf"
done
