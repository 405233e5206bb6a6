#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh [PROGRAM [ARGUMENT...]]: boots the guest; the exit status is the guest's.
# QEMU_EXTRA holds further options for QEMU. By default it has QEMU count instructions, which
# makes the guest's numbers exact; QEMU_EXTRA= gives every hart a thread of its own instead. So has
# the shell: counting, QEMU would keep a host's processor busy while the guest waits for somebody
# to type. (With sleep=off, it would even move on to the end of the guest's time, and hang there.)
# On a terminal ^C is the guest's, and ^A x ends QEMU.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

# A word as the kernel splits its command line: 'a b' and "a b" are one, and nothing is escaped.
quoted() {
    local plain='^[^'\''" ][^ ]*$'
    if [[ $1 =~ $plain ]]; then
        printf '%s' "$1"
    elif [[ $1 != *\'* ]]; then
        printf "'%s'" "$1"
    elif [[ $1 != *\"* ]]; then
        printf '"%s"' "$1"
    else
        die "the kernel's command line has no way to write a word with both kinds of quotes: $1"
    fi
}

[ -e "$FIRMWARE" ] || die "$FIRMWARE is missing (package opensbi)"
counting='-icount shift=0'
[ "$*" != sh ] || counting=
read -r -a extra <<<"${QEMU_EXTRA-$counting}"
command=()
for word in "$@"; do
    command+=("$(quoted "$word")")
done
serial=stdio
[ ! -t 0 ] || serial=mon:stdio
exec "$QEMU_BUILD/qemu-system-riscv64" \
    -M virt,uintc=on -cpu rv64,x-uintr=on -smp 2 -m 256M \
    -display none -nic none -monitor none -serial "$serial" -no-reboot \
    -bios "$FIRMWARE" \
    -kernel "$GUEST_BUILD/guest-kernel/kernel.elf" \
    -initrd "$GUEST_BUILD/user/initrd.cpio" \
    -append "${command[*]}" "${extra[@]}"
