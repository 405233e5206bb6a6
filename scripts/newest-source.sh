#!/bin/bash
# SPDX-License-Identifier: MIT
# The newest QEMU that the series is kept ready for, as one base commit in build/qemu-src's
# repository. Exit status 3: the package can't be had.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series-lib.sh
. "$ROOT/scripts/series-lib.sh"
# shellcheck source=scripts/newest-lib.sh
. "$ROOT/scripts/newest-lib.sh"
# shellcheck source=scripts/apt-private.sh
. "$ROOT/scripts/apt-private.sh"

message="QEMU $NEWEST_VERSION (Debian $NEWEST_PACKAGE)"

dsc_in_cache() {
    find "$CACHE" -name "${BASE_PACKAGE}_${NEWEST_PACKAGE#*:}.dsc" 2>/dev/null | head -n 1
}

download() {
    private_apt_update "$NEWEST_SUITES"
    # Every version that the index names; a mirror need not have the files of each.
    private_apt "$NEWEST_SUITES" apt-cache showsrc "$BASE_PACKAGE" |
        sed -n 's/^Version: /in the index: /p' | sort -uV
    mkdir -p "$CACHE"
    cd "$CACHE"
    private_apt "$NEWEST_SUITES" apt-get source --download-only "$BASE_PACKAGE=$NEWEST_PACKAGE"
}

import() { # DSC
    local files=$NEWEST/unpacked tree
    rm -rf "$files" "$NEWEST/index"
    mkdir -p "$NEWEST"
    # dpkg-source checks the files against the .dsc, apt checked that.
    dpkg-source --no-copy -x "$1" "$files"
    rm -rf "$files/.pc" "$files/debian"
    [ "$(cat "$files/VERSION")" = "$NEWEST_VERSION" ]
    export GIT_INDEX_FILE=$NEWEST/index
    git --git-dir="$QEMU_SRC/.git" --work-tree="$files" -C "$files" add -A -f
    tree=$(qgit write-tree)
    rm -rf "$files" "$NEWEST/index"
    unset GIT_INDEX_FILE
    export GIT_AUTHOR_NAME=$SERIES_AUTHOR GIT_AUTHOR_EMAIL=$SERIES_EMAIL
    export GIT_COMMITTER_NAME=$SERIES_AUTHOR GIT_COMMITTER_EMAIL=$SERIES_EMAIL
    export GIT_AUTHOR_DATE="@$SERIES_EPOCH +0000" GIT_COMMITTER_DATE="@$SERIES_EPOCH +0000"
    qgit update-ref "$NEWEST_BASE" "$(qgit commit-tree -m "$message" "$tree")"
}

[ "$(qgit log -1 --format=%s "$NEWEST_BASE" -- 2>/dev/null || true)" != "$message" ] || exit 0
if [ -z "$(dsc_in_cache)" ]; then
    mkdir -p "$LOGS"
    echo "==> fetch the source package $BASE_PACKAGE $NEWEST_PACKAGE"
    attempt "$LOGS/newest-fetch.log" download
    [ "$attempt_status" -eq 0 ] || exit 3
fi
step "unpack QEMU $NEWEST_VERSION" newest-import import "$(dsc_in_cache)"
