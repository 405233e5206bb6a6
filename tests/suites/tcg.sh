#!/bin/bash
# SPDX-License-Identifier: MIT
# QEMU's TCG tests, each run target on its own: the system tests for riscv64 (ours
# are tcg/<name>, QEMU's own qemu/tcg-riscv64-softmmu/<name>) and the user-mode ones.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

base=$(git -C "$QEMU_SRC" rev-list --max-parents=0 HEAD)
own_tests=$(git -C "$QEMU_SRC" show "$base:tests/tcg/riscv64/Makefile.softmmu-target")

for target in riscv64-softmmu riscv64-linux-user; do
    folder=$QEMU_BUILD/tests/tcg/$target
    # Programs that don't build show up as failed runs.
    make -k -j"$(nproc)" -C "$folder" all || true
    runs=$(make -pnq -C "$folder" run 2>/dev/null | sed -n 's/^run: //p' || true)
    [ -n "$runs" ] || fail "tcg/$target" "no tests: is the cross compiler missing?"
    for run in $runs; do
        name=qemu/tcg-$target/${run#run-}
        if [ $target = riscv64-softmmu ] && ! grep -q "^$run:" <<<"$own_tests"; then
            name=tcg/${run#run-}
        fi
        check "$name" make -C "$folder" "$run"
    done
done
