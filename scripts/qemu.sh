#!/bin/bash
# SPDX-License-Identifier: MIT
# qemu.sh emulator|tests: configures build/qemu when needed, then builds the system
# emulator for riscv64 (what a user runs), or everything that the tests need.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/qemu-lib.sh
. "$ROOT/scripts/qemu-lib.sh"

use_build_tools
configure=$(configure_line "$QEMU_SRC")
stamp=$(printf '%s\n' "$configure" "$(git -C "$QEMU_SRC" rev-list --max-parents=0 HEAD)" | hash_text)
if ! stamp_is configure "$stamp" || [ ! -e "$QEMU_BUILD/build.ninja" ]; then
    step "configure QEMU" configure configure_in "$QEMU_BUILD" "$configure"
    stamp_set configure "$stamp"
fi
case $1 in
emulator) targets=(qemu-system-riscv64) ;;
tests) mapfile -t targets < <(test_targets "$QEMU_BUILD") ;;
*) die "qemu.sh: emulator or tests, not '$1'" ;;
esac
# Ninja itself knows what is out of date.
title="build QEMU"
[ -e "$QEMU_BUILD/qemu-system-riscv64" ] || title="build QEMU (takes minutes)"
step "$title" "qemu-$1" ninja -j"$(nproc)" -C "$QEMU_BUILD" "${targets[@]}"
