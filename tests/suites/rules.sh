#!/bin/bash
# SPDX-License-Identifier: MIT
# Every rule of docs/spec.md has a test, and each of them ran and passed just now; every system call
# has its section in docs/syscalls.md.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

check tool/check-rules-itself "$PYTHON" "$ROOT/tests/check_rules_test.py"
check tool/rules "$PYTHON" "$ROOT/tests/check-rules.py"
check rules/system-calls-have-their-page "$PYTHON" "$ROOT/tests/check-syscalls.py"
