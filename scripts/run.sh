#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh [PROGRAM [ARGUMENT...]]: boots the guest; the exit status is the guest's.
# QEMU_EXTRA holds further options for QEMU, for example "-icount shift=0,sleep=off".
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

[ -e "$FIRMWARE" ] || die "$FIRMWARE is missing (package opensbi)"
read -r -a extra <<<"${QEMU_EXTRA:-}"
exec "$QEMU_BUILD/qemu-system-riscv64" \
    -M virt,uintc=on -cpu rv64,x-uintr=on -smp 2 -m 256M \
    -display none -monitor none -serial stdio -no-reboot \
    -bios "$FIRMWARE" \
    -kernel "$GUEST_BUILD/guest-kernel/kernel.elf" \
    -initrd "$GUEST_BUILD/user/initrd.cpio" \
    -append "$*" "${extra[@]}"
