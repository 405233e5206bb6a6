#!/bin/bash
# SPDX-License-Identifier: MIT
# bench.sh [--check] [--rounds N] [--ops N]: measures the emulated instructions; a table on
# stdout and build/results/bench.json. Then as bench.sh ipc.
# bench.sh [--check] ipc [--publish]: measures communication in the guest; build/results/ipc.json and
# a report in build/results/ipc, with --publish in docs/results.
# bench.sh [--check] --profile [CASE...]: where their host instructions go, by callgrind.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

report=$RESULTS/ipc
check_only=
if [ "${1:-}" = --check ]; then
    check_only=yes
    shift
fi
program=(bench.py)
options=()
while [ $# -gt 0 ]; do
    case $1 in
    --rounds | --ops)
        [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage_error "bench $1 needs a number"
        # The slowest case does a 64th of the operations, in steps of 64.
        [ "$1" = --rounds ] || [ "$2" -ge 4096 ] || usage_error "bench --ops: at least 4096"
        options+=("$1" "$2")
        shift 2
        ;;
    ipc)
        [ ${#options[@]} -eq 0 ] || usage_error "bench ipc takes --publish only"
        case "$#:${2:-}" in
        1:) ;;
        2:--publish) report=$ROOT/docs/results ;;
        *) usage_error "bench ipc takes --publish only" ;;
        esac
        program=(ipc.py)
        break
        ;;
    --profile)
        [ ${#options[@]} -eq 0 ] || usage_error "bench --profile takes names of cases only"
        shift
        for name in "$@"; do
            grep -q "\"$name\"" "$ROOT/tests/bench/guest/cases.c" ||
                usage_error "bench has no case '$name'"
        done
        program=(host_profile.py "$@")
        break
        ;;
    *) usage_error "'bench' doesn't know '$1'" ;;
    esac
done
[ -z "$check_only" ] || exit 0

commit_of() {
    git -C "$1" describe --always --dirty --abbrev=12 2>/dev/null || echo unknown
}

machine=(--qemu "$QEMU_BUILD/qemu-system-riscv64"
    --guest "$GUEST_BUILD/tests/bench/guest/bench.elf")
if [ "${program[0]}" = host_profile.py ]; then
    exec "$PYTHON" "$ROOT/tests/bench/host_profile.py" "${machine[@]}" "${program[@]:1}"
fi
commits=(--series "$(commit_of "$QEMU_SRC")" --project "$(commit_of "$ROOT")")
if [ "${program[0]}" = bench.py ]; then
    "$PYTHON" "$ROOT/tests/bench/bench.py" "${machine[@]}" --output "$RESULTS/bench.json" "${commits[@]}" \
        "${options[@]}"
fi
exec "$PYTHON" "$ROOT/tests/bench/ipc.py" --qemu "$QEMU_BUILD/qemu-system-riscv64" --build "$BUILD" \
    --output "$RESULTS/ipc.json" --report "$report" "${commits[@]}"
