#!/bin/bash
# SPDX-License-Identifier: MIT
# QEMU's TCG tests, each run target on its own: the system tests for riscv64 (ours
# are tcg/<name>, QEMU's own qemu/tcg-riscv64-softmmu/<name>) and the user-mode ones.
# With $TCG_ONLY_OURS only ours; $TCG_TIMEOUT is the time-out of a run in seconds.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

base=$(git -C "$QEMU_SRC" rev-list --max-parents=0 HEAD)
own_tests=$(git -C "$QEMU_SRC" show "$base:tests/tcg/riscv64/Makefile.softmmu-target")

# As QEMU's own Makefile calls them: without make's built-in rules. And without CONFIG_PLUGIN,
# which runs each of QEMU's user-mode programs again under each of its own test plugins.
tcg_make() {
    make -rR -C "$folder" SPEED=quick CONFIG_PLUGIN= ${TCG_TIMEOUT:+"TIMEOUT=$TCG_TIMEOUT"} "$@"
}

targets=(riscv64-softmmu)
[ -n "${TCG_ONLY_OURS:-}" ] || targets+=(riscv64-linux-user)
for target in "${targets[@]}"; do
    folder=$QEMU_BUILD/tests/tcg/$target
    # Programs that don't build show up as failed runs.
    tcg_make -k -j"$(nproc)" all || true
    runs=$(tcg_make -pnq run 2>/dev/null | sed -n 's/^run: //p' || true)
    [ -n "$runs" ] || fail "tcg/$target" "no tests: is the cross compiler missing?"
    for run in $runs; do
        name=qemu/tcg-$target/${run#run-}
        if [ "$target" = riscv64-softmmu ] && ! grep -q "^$run:" <<<"$own_tests"; then
            name=tcg/${run#run-}
        fi
        [ -z "${TCG_ONLY_OURS:-}" ] || [[ $name == tcg/* ]] || continue
        ! grep -q "^$name " "$ROOT/tests/not-run.txt" || continue
        check "$name" tcg_make "$run"
    done
done
