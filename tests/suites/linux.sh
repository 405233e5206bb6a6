#!/bin/bash
# SPDX-License-Identifier: MIT
# Debian's Linux, as it comes out of its package, boots on two harts with the series off and on.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

"$ROOT/scripts/linux.sh"
"$PYTHON" "$ROOT/user/mkinitrd.py" "$BUILD/linux/initrd.cpio" "$ROOT/tests/linux/init" "$BUILD/linux/busybox"
collect linux/boot "$PYTHON" "$ROOT/tests/linux/boot.py" "$QEMU_BUILD/qemu-system-riscv64" \
    "$FIRMWARE" "$BUILD/linux/vmlinux" "$BUILD/linux/initrd.cpio"
