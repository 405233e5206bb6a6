#!/bin/bash
# SPDX-License-Identifier: MIT
# The attribution plugin (tools/attribution) counts right, and what it refuses.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

collect attribution/known "$PYTHON" "$ROOT/tests/guest-attribution.py" "$QEMU_BUILD/qemu-system-riscv64" \
    "$GUEST_BUILD/guest-kernel/kernel.elf" "$GUEST_BUILD/user/initrd.cpio" "$FIRMWARE"
