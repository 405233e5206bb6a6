#!/bin/bash
# SPDX-License-Identifier: MIT
# Keeps the edits of build/newest/rebase in patches/newest, for the patch at which
# `lint newest` stopped. What the file's head says stays; say there what conflicted.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series-lib.sh
. "$ROOT/scripts/series-lib.sh"
# shellcheck source=scripts/newest-lib.sh
. "$ROOT/scripts/newest-lib.sh"

[ -e "$NEWEST/stopped" ] || die "'./build.sh lint newest' didn't stop at a patch"
commit=$(cat "$NEWEST/stopped")
fixup=$(fixup_of "$commit")
mkdir -p "${fixup%/*}"
rgit add -A
! rgit diff --cached --quiet HEAD || die "build/newest/rebase has no edits"
{
    if [ -e "$fixup" ]; then
        sed '/^Conflict: /,$d;/^---$/,$d' "$fixup"
    else
        printf 'Say here what conflicted and how it was resolved.\n\n'
    fi
    id=$(conflict_id "$NEWEST/conflict.diff")
    [ -z "$id" ] || printf 'Conflict: %s\n' "$id"
    echo ---
    rgit diff --cached --no-renames HEAD
} >"$fixup.new"
mv "$fixup.new" "$fixup"
printf 'wrote %s\n' "${fixup#"$ROOT/"}"
