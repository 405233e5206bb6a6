#!/bin/bash
# SPDX-License-Identifier: MIT
# Ten minutes of each of the guest's stress programs, each run with another seed, which it prints.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

for program in stress channelstress; do
    collect "guest/$program-long" "$PYTHON" "$ROOT/tests/guest-$program.py" --minutes "${STRESS_MINUTES:-10}" \
        "$QEMU_BUILD/qemu-system-riscv64" "$GUEST_BUILD/guest-kernel/kernel.elf" \
        "$GUEST_BUILD/user/initrd.cpio" "$FIRMWARE"
done
