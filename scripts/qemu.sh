#!/bin/bash
# SPDX-License-Identifier: MIT
# qemu.sh emulator|tests|unpatched|sanitizers: configures a build folder when needed and
# builds there:
#   emulator    build/qemu: the system emulator for riscv64, what a user runs
#   tests       build/qemu: everything that the tests need
#   unpatched   build/unpatched: the same emulator without the series, to compare with
#   sanitizers  build/sanitizers: what the suite of that name needs
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/qemu-lib.sh
. "$ROOT/scripts/qemu-lib.sh"

use_build_tools
base=$(git -C "$QEMU_SRC" rev-list --max-parents=0 HEAD)
source=$QEMU_SRC
folder=$QEMU_BUILD
name=QEMU
suffix=
options=()
case $1 in
emulator | tests) ;;
unpatched)
    source=$UNPATCHED/qemu-src
    folder=$UNPATCHED/qemu
    name="QEMU without the series"
    suffix=-unpatched
    ;;
sanitizers)
    folder=$SANITIZERS_BUILD
    name="QEMU with sanitizers"
    suffix=-sanitizers
    options=("${SANITIZER_OPTIONS[@]}")
    ;;
*) die "qemu.sh: emulator, tests, unpatched or sanitizers, not '$1'" ;;
esac

configure=$(configure_line "$source" "${options[@]}")
stamp=$(printf '%s\n' "$configure" "$base" | hash_text)
if ! stamp_is "configure$suffix" "$stamp" || [ ! -e "$folder/build.ninja" ]; then
    [ "$1" != unpatched ] || step "a tree without the series" worktree work_tree "$source" "$base"
    step "configure $name" "configure$suffix" configure_in "$folder" "$configure"
    stamp_set "configure$suffix" "$stamp"
fi
case $1 in
emulator | unpatched) targets=(qemu-system-riscv64) ;;
tests) mapfile -t targets < <(test_targets "$folder") ;;
sanitizers) mapfile -t targets < <(echo qemu-system-riscv64 && own_qtests) ;;
esac
# Ninja itself knows what is out of date.
title="build $name"
[ -e "$folder/qemu-system-riscv64" ] || title+=" (takes minutes)"
step "$title" "qemu-$1" ninja -j"$(nproc)" -C "$folder" "${targets[@]}"
