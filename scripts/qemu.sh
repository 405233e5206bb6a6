#!/bin/bash
# SPDX-License-Identifier: MIT
# qemu.sh emulator|tests|sanitizers: configures build/qemu when needed, then builds the
# system emulator for riscv64 (what a user runs), or everything that the tests need;
# with sanitizers, what that suite needs, in build/sanitizers.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/qemu-lib.sh
. "$ROOT/scripts/qemu-lib.sh"

use_build_tools
folder=$QEMU_BUILD
suffix=
options=()
if [ "$1" = sanitizers ]; then
    folder=$SANITIZERS_BUILD
    suffix=-sanitizers
    options=("${SANITIZER_OPTIONS[@]}")
fi
configure=$(configure_line "$QEMU_SRC" "${options[@]}")
stamp=$(printf '%s\n' "$configure" "$(git -C "$QEMU_SRC" rev-list --max-parents=0 HEAD)" | hash_text)
if ! stamp_is "configure$suffix" "$stamp" || [ ! -e "$folder/build.ninja" ]; then
    step "configure QEMU${suffix/-/ with }" "configure$suffix" configure_in "$folder" "$configure"
    stamp_set "configure$suffix" "$stamp"
fi
case $1 in
emulator) targets=(qemu-system-riscv64) ;;
tests) mapfile -t targets < <(test_targets "$folder") ;;
sanitizers) mapfile -t targets < <(echo qemu-system-riscv64 && own_qtests) ;;
*) die "qemu.sh: emulator, tests or sanitizers, not '$1'" ;;
esac
# Ninja itself knows what is out of date.
title="build QEMU${suffix/-/ with }"
[ -e "$folder/qemu-system-riscv64" ] || title+=" (takes minutes)"
step "$title" "qemu-$1" ninja -j"$(nproc)" -C "$folder" "${targets[@]}"
