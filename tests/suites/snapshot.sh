#!/bin/bash
# SPDX-License-Identifier: MIT
# savevm and loadvm while user interrupts are in flight, record and replay, -icount twice.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

collect snapshot/guest "$PYTHON" "$ROOT/tests/guest-snapshot.py" "$QEMU_BUILD/qemu-system-riscv64" \
    "$GUEST_BUILD/guest-kernel/kernel.elf" "$GUEST_BUILD/user/initrd.cpio" "$FIRMWARE"
