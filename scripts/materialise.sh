#!/bin/bash
# SPDX-License-Identifier: MIT
# Makes build/qemu-src carry the series: the base commit, then one commit a patch.
# Never discards work: with commits or edits of the developer in the way it stops.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series-lib.sh
. "$ROOT/scripts/series-lib.sh"

materialise() {
    local tip=$1
    # Only files that differ are written, so the next build is a small one.
    qgit reset -q --hard "$tip"
    qgit update-ref "$SYNCED" "$tip"
    printf '%s\n' "$hash" >"$SYNCED_HASH"
}

work=$(unexported)
hash=$(series_hash)
if [ "$(cat "$SYNCED_HASH" 2>/dev/null || true)" = "$hash" ]; then
    [ -z "$work" ] || note "building build/qemu-src as it is: ${work//$'\n'/, }"
    exit 0
fi
if [ -n "$work" ]; then
    die "build/qemu-src has ${work//$'\n'/, }, and patches/ or qemu/ changed.
  keep the work:     commit it, then ./build.sh export
  throw it away:     git -C build/qemu-src reset --hard $(qgit rev-parse -q --verify $SYNCED ||
        base_commit) && git -C build/qemu-src clean -fd"
fi
problems=$(series_tool claims)
[ -z "$problems" ] || die "overlay and patches disagree:
$problems"
tip=$(series_tool compose "$(base_commit)")
step "apply the series ($(patch_files | wc -l) patches)" materialise materialise "$tip"
