#!/bin/bash
# SPDX-License-Identifier: MIT
# lint-newest.sh BASE TIP: the series on the newest QEMU whose source package can be had:
# it applies with what patches/newest holds, builds for all three targets and passes the tests.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series-lib.sh
. "$ROOT/scripts/series-lib.sh"
# shellcheck source=scripts/qemu-lib.sh
. "$ROOT/scripts/qemu-lib.sh"
# shellcheck source=scripts/tree-lib.sh
. "$ROOT/scripts/tree-lib.sh"
# shellcheck source=scripts/newest-lib.sh
. "$ROOT/scripts/newest-lib.sh"

use_build_tools
use_tree "$NEWEST"

build_tip() {
    checkout_tree "$tip"
    build_everything
}

test_tip() { # SUITE
    run_suite "$1"
    echo "$verdicts" >"$NEWEST/verdicts.$1"
}

status=0
"$ROOT/scripts/newest-source.sh" || status=$?
if [ "$status" -eq 3 ]; then
    echo "lint newest: SKIPPED, the source package qemu $NEWEST_PACKAGE can't be had" \
        "(build/logs/newest-fetch.log)"
    exit 0
fi
[ "$status" -eq 0 ] || exit "$status"
step "carry the series over to QEMU $NEWEST_VERSION" newest-rebase \
    "$ROOT/scripts/newest-rebase.sh" "$1" "$2"
base=$(qgit rev-parse "$NEWEST_BASE")
tip=$(qgit rev-parse "$NEWEST_TIP")
tree_ready "$base" || step "configure QEMU $NEWEST_VERSION" newest-configure prepare_tree "$base"
step "build it with the series (first time: long)" newest-build build_tip
for suite in qtest tcg; do
    step "suite $suite with QEMU $NEWEST_VERSION" "newest-$suite" test_tip "$suite"
    printf '    %d tests passed\n' "$(grep -c '^PASS ' "$(cat "$NEWEST/verdicts.$suite")")"
done
echo "lint newest: the series builds and passes its tests on QEMU $NEWEST_VERSION"
