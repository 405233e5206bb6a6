#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh [PROGRAM [ARGUMENT...]]: boots the guest; the exit status is the guest's.
# QEMU_EXTRA holds further options for QEMU. By default it has QEMU count instructions, which
# makes the guest's numbers exact; QEMU_EXTRA= gives every hart a thread of its own instead.
# On a terminal ^C is the guest's, and ^A x ends QEMU.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

[ -e "$FIRMWARE" ] || die "$FIRMWARE is missing (package opensbi)"
read -r -a extra <<<"${QEMU_EXTRA--icount shift=0,sleep=off}"
serial=stdio
[ ! -t 0 ] || serial=mon:stdio
exec "$QEMU_BUILD/qemu-system-riscv64" \
    -M virt,uintc=on -cpu rv64,x-uintr=on -smp 2 -m 256M \
    -display none -nic none -monitor none -serial "$serial" -no-reboot \
    -bios "$FIRMWARE" \
    -kernel "$GUEST_BUILD/guest-kernel/kernel.elf" \
    -initrd "$GUEST_BUILD/user/initrd.cpio" \
    -append "$*" "${extra[@]}"
