#!/bin/bash
# SPDX-License-Identifier: MIT
# Unit tests of the kernel's data structures on the host, under AddressSanitizer and UBSan.
# The random ones begin with $UNIT_SEED, which is another number in each run.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

mkdir -p "$BUILD/unit"
cd "$BUILD/unit"
check unit/build make -s -k -j"$(nproc)" -f "$ROOT/tests/unit/Makefile"
ulimit -c 0
export UNIT_SEED=${UNIT_SEED:-$RANDOM$RANDOM}
for source in "$ROOT"/tests/unit/test_*.c; do
    program=$(basename "$source" .c)
    collect "unit/${program#test_}" "./$program"
done
