#!/bin/bash
# SPDX-License-Identifier: MIT
# newest-rebase.sh BASE TIP: carries the series over to the newest QEMU and prints nothing
# but trouble; the result is the ref newest-tip. Each patch is merged three ways. Where the
# two sides conflict QEMU's newer text stands, and what patches/newest has for the patch is
# applied on top. A conflict that differs from the one recorded there stops it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series-lib.sh
. "$ROOT/scripts/series-lib.sh"
# shellcheck source=scripts/newest-lib.sh
. "$ROOT/scripts/newest-lib.sh"

base=$1
tip=$2
export GIT_COMMITTER_NAME=$SERIES_AUTHOR GIT_COMMITTER_EMAIL=$SERIES_EMAIL

stop() { # COMMIT MESSAGE
    printf '%s\n' "$1" >"$NEWEST/stopped"
    # The folders of the files that the patch touches, for whoever edits.
    rgit show --format= --name-only --no-renames "$1" | sed 's,[^/]*$,,;s,^,/,' | sort -u |
        rgit sparse-checkout set --no-cone --stdin
    die "'$(rgit log -1 --format=%s "$1")' $2
  its conflicts: ${conflict#"$ROOT/"}
  the tree:      ${rebase#"$ROOT/"}, QEMU's newer text where they conflict
  Edit the tree until it is the patch on the newer QEMU, then run
  scripts/newest-save.sh and ./build.sh lint newest"
}

# In a condition set -e is off: every step says what happens when it fails.
carry() { # COMMIT
    local commit=$1 fixup recorded
    fixup=$(fixup_of "$commit")
    recorded=$(sed -n 's/^Conflict: //p' "$fixup" 2>/dev/null || true)
    GIT_COMMITTER_DATE=$(rgit log -1 --format=%aI "$commit")
    export GIT_COMMITTER_DATE
    : >"$conflict"
    if ! rgit cherry-pick --allow-empty "$commit" >"$NEWEST/cherry-pick.log" 2>&1; then
        conflict_text >"$conflict"
        rgit cherry-pick --abort
        rgit cherry-pick --allow-empty --keep-redundant-commits -X ours "$commit" >/dev/null 2>&1 ||
            die "QEMU's files moved under '$(rgit log -1 --format=%s "$commit")': see $NEWEST/cherry-pick.log"
    fi
    [ "$(conflict_id "$conflict")" = "$recorded" ] ||
        stop "$commit" "conflicts otherwise than patches/newest knows"
    if [ -e "$fixup" ]; then
        rgit apply --cached "$fixup" || stop "$commit" "isn't what its fix-up in patches/newest is for"
        rgit commit -q --amend --no-edit
        rgit reset -q --hard
        touch "$NEWEST/used/${fixup##*/}"
    fi
}

conflict=$NEWEST/conflict.diff
rm -rf "$NEWEST/used" "$NEWEST/stopped"
mkdir -p "$NEWEST/used"
if ! rgit cat-file -e "$NEWEST_BASE" 2>/dev/null; then
    rm -rf "$rebase"
    qgit worktree prune
    qgit worktree add -q --detach --no-checkout "$rebase" "$NEWEST_BASE"
fi
rgit sparse-checkout set --no-cone /VERSION /.gitattributes
rgit reset -q --hard "$NEWEST_BASE"
for commit in $(qgit rev-list --reverse "$base..$tip"); do
    carry "$commit"
done
for fixup in "$ROOT"/patches/newest/*.patch; do
    [ ! -e "$fixup" ] || [ -e "$NEWEST/used/${fixup##*/}" ] || die "no patch of the series for $fixup"
done
qgit update-ref "$NEWEST_TIP" "$(rgit rev-parse HEAD)"
