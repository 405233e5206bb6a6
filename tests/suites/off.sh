#!/bin/bash
# SPDX-License-Identifier: MIT
# With nothing enabled, QEMU is what it is without the series: what it shows, the state it
# migrates and what it costs are compared with a build of the base commit.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

"$ROOT/scripts/qemu.sh" unpatched
source=$UNPATCHED/qemu-src
qemus=("$QEMU_BUILD/qemu-system-riscv64" "$UNPATCHED/qemu/qemu-system-riscv64")

workload=$BUILD/off/workload.elf
mkdir -p "$BUILD/off"
riscv64-unknown-elf-gcc -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -O1 -g \
    -Wall -Wextra -Werror -ffreestanding -nostdlib -T "$ROOT/tests/off/workload.ld" \
    -o "$workload" "$ROOT/tests/off/start.S" "$ROOT/tests/off/workload.c"

collect off/interfaces "$PYTHON" "$ROOT/tests/off/interfaces.py" "${qemus[@]}" "$source"
collect off/state "$PYTHON" "$ROOT/tests/off/state.py" "${qemus[@]}" "$source" "$workload"
collect off/cost "$PYTHON" "$ROOT/tests/off/cost.py" "${qemus[@]}" "$workload" "$BUILD/off/profiles"
