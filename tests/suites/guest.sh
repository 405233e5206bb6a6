#!/bin/bash
# SPDX-License-Identifier: MIT
# The guest: its demonstration with one thread per hart and with -icount, moved between QEMUs
# while it runs, its refusals, errors and faults; programs of the guide; its own tests (user/tests), hostile programs and
# random ones; what it shows when the kernel breaks, what gdb shows of it, and its shell at a
# terminal. With $GUEST_SHORT only what a slow QEMU can do in a reasonable time.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

scripts=(guest-demo guest-programs guest-usertests guest-hostile guest-stress guest-channelstress guest-migrate
    guest-debug guest-shell)
[ -z "${GUEST_SHORT:-}" ] || scripts=(guest-demo guest-migrate)
for script in "${scripts[@]}"; do
    collect "guest/$script" "$PYTHON" "$ROOT/tests/$script.py" "$QEMU_BUILD/qemu-system-riscv64" \
        "$GUEST_BUILD/guest-kernel/kernel.elf" "$GUEST_BUILD/user/initrd.cpio" "$FIRMWARE"
done
