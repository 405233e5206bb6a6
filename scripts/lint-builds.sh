#!/bin/bash
# SPDX-License-Identifier: MIT
# lint-builds.sh BASE TIP: every commit in between builds for riscv64-softmmu, and the
# last one everything, for all three targets. A commit that built before isn't built again.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/qemu-lib.sh
. "$ROOT/scripts/qemu-lib.sh"
# shellcheck source=scripts/tree-lib.sh
. "$ROOT/scripts/tree-lib.sh"

use_tree "$BUILD/lint"
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
    checkout_tree "$1"
    if [ "$1" = "$tip" ]; then build_everything; else build_emulator; fi
    touch "$(marker "$1")"
}

mapfile -t commits < <(git -C "$QEMU_SRC" rev-list --reverse "$base..$tip")
number=0
for commit in "${commits[@]}"; do
    number=$((number + 1))
    # `lint bisect` builds everything of each.
    if [ -e "$(marker "$commit")" ] || [ -e "$passed/$commit.all" ]; then continue; fi
    tree_ready "$base" || step "configure a tree for patch builds" lint-configure prepare_tree "$base"
    step "patch $number/${#commits[@]} builds" "lint-build-$number" build_commit "$commit"
done
