#!/bin/bash
# SPDX-License-Identifier: MIT
# Every qtest for riscv64: each GLib case of ours, and QEMU's own programs as a whole.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

use_build_tools
"$PYTHON" "$ROOT/tests/run-qtests.py" --build "$QEMU_BUILD" --overlay "$ROOT/qemu/tests/qtest" \
    --allow "$ROOT/tests/not-run.txt" --results "$TESTS_TXT"
