#!/bin/bash
# SPDX-License-Identifier: MIT
# lint-builds.sh BASE TIP: every commit in between builds for riscv64-softmmu, and the
# last one everything, for all three targets. A commit that built before isn't built again.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/qemu-lib.sh
. "$ROOT/scripts/qemu-lib.sh"

tree=$BUILD/lint/qemu-src
folder=$BUILD/lint/qemu
passed=$BUILD/lint/passed
base=$1
tip=$2

use_build_tools
mkdir -p "$passed"

# More is built of the last commit than of the same commit when others follow.
marker() { # COMMIT
    printf '%s/%s' "$passed" "$1"
    [ "$1" != "$tip" ] || printf '.all'
}

build_commit() { # COMMIT
    local commit=$1 targets=(qemu-system-riscv64)
    git -C "$tree" checkout -q --detach --force "$commit"
    if [ "$commit" = "$tip" ]; then
        # The list of test programs is that of this commit, not of the one before.
        ninja -C "$folder" build.ninja
        mapfile -t targets < <(test_targets "$folder")
    fi
    ninja -j"$(nproc)" -C "$folder" "${targets[@]}"
    touch "$(marker "$commit")"
}

prepare() {
    work_tree "$tree" "$base"
    configure_in "$folder" "$(configure_line "$tree")"
}

mapfile -t commits < <(git -C "$QEMU_SRC" rev-list --reverse "$base..$tip")
number=0
for commit in "${commits[@]}"; do
    number=$((number + 1))
    [ ! -e "$(marker "$commit")" ] || continue
    if ! git -C "$tree" cat-file -e "$base" 2>/dev/null || [ ! -e "$folder/build.ninja" ]; then
        step "configure a tree for patch builds" lint-configure prepare
    fi
    step "patch $number/${#commits[@]} builds" "lint-build-$number" build_commit "$commit"
done
