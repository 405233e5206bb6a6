#!/bin/bash
# SPDX-License-Identifier: MIT
# The way between commits and patches/ + qemu/: exact on the real series, and on a small
# tree every way in which the two can disagree is refused and no work is lost.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
small=$temp/small
tree=$small/build/qemu-src
export GIT_AUTHOR_NAME=dev GIT_AUTHOR_EMAIL=dev@example.org
export GIT_COMMITTER_NAME=dev GIT_COMMITTER_EMAIL=dev@example.org

commit() {
    git -C "$tree" add -A
    git -C "$tree" commit -q -m "$1"
}

# A project folder whose QEMU has three files and whose series two patches.
prepare_small() {
    mkdir -p "$small/patches" "$tree/hw" "$tree/docs"
    cp -r "$ROOT/scripts" "$small/"
    cp "$ROOT/patches/base.conf" "$small/patches/"
    printf 'Two changes\n\nThe body of the cover letter.\n' >"$small/patches/cover-letter.txt"
    git -C "$tree" init -q
    sed -n 's/^BASE_VERSION=//p' "$small/patches/base.conf" >"$tree/VERSION"
    seq 1 60 >"$tree/hw/old.c"
    seq 1 40 >"$tree/docs/old.rst"
    commit base
    sed -i 's/^30$/thirty/' "$tree/hw/old.c"
    echo 'int fresh;' >"$tree/hw/new.c"
    printf '#!/bin/sh\n' >"$tree/hw/new.sh"
    chmod +x "$tree/hw/new.sh"
    commit $'hw: add "new" things, for now...\n\nWhy.\n\nLink: https://example.org/'
    sed -i 's/^40$/forty/' "$tree/docs/old.rst"
    commit 'docs: say forty'
    (cd "$small" && scripts/export.sh) >/dev/null
    rm "$tree/.git/riscv-uintr-hash"
    (cd "$small" && scripts/materialise.sh) >/dev/null
    cp -a "$small" "$temp/prepared"
}

make_small() {
    rm -rf "$small"
    cp -a "$temp/prepared" "$small"
}

prepare_small

snapshot() {
    (cd "$small" && find patches qemu -type f -printf '%m ' -exec sha256sum {} + | sort)
}

# refused NAME ERROR-PATTERN SCRIPT [ARGUMENT...]: it fails for the reason given, and neither
# the repository's side nor the work tree changes.
refused() {
    local name=tool/series/$1 pattern=$2 script=$3 before after
    shift 3
    before=$(snapshot; git -C "$tree" rev-parse HEAD; git -C "$tree" status --porcelain)
    if (cd "$small" && "scripts/$script" "$@") >"$temp/out" 2>&1; then
        fail "$name" "was accepted"
        return
    fi
    after=$(snapshot; git -C "$tree" rev-parse HEAD; git -C "$tree" status --porcelain)
    if ! grep -q -- "$pattern" "$temp/out"; then
        fail "$name" "refused for another reason: $(cat "$temp/out")"
    elif [ "$before" != "$after" ]; then
        fail "$name" "changed something"
    else
        pass "$name"
    fi
}

patch1() {
    echo "$small/patches/0001-hw-add-new-things-for-now.patch"
}

# What a round trip keeps.
round_trip() {
    local before ids
    make_small
    before=$(snapshot)
    ids=$(git -C "$tree" rev-parse HEAD)
    (cd "$small" && scripts/export.sh) || return 1
    [ "$(snapshot)" = "$before" ] || return 1
    git -C "$tree" reset -q --hard HEAD~2
    git -C "$tree" update-ref -d refs/riscv-uintr/synced
    rm "$tree/.git/riscv-uintr-hash"
    (cd "$small" && scripts/materialise.sh) || return 1
    [ "$(git -C "$tree" rev-parse HEAD)" = "$ids" ]
}
check tool/series/round-trip round_trip

message_and_modes() {
    make_small
    [ "$(git -C "$tree" log -1 --format=%B HEAD~1)" = \
        $'hw: add "new" things, for now...\n\nWhy.\n\nLink: https://example.org/' ] &&
        [ -x "$small/qemu/hw/new.sh" ] && [ ! -x "$small/qemu/hw/new.c" ] &&
        [ "$(git -C "$tree" ls-files -s hw/new.sh | cut -c1-6)" = 100755 ] &&
        grep -q '^Adds: hw/new.sh$' "$(patch1)" && ! grep -q fresh "$(patch1)"
}
check tool/series/message-and-modes message_and_modes

overlay_edit() {
    make_small
    touch -d '2 days ago' "$tree/docs/old.rst"
    local before
    before=$(stat -c %Y "$tree/docs/old.rst")
    echo 'int edited;' >"$small/qemu/hw/new.c"
    (cd "$small" && scripts/materialise.sh) || return 1
    grep -q edited "$tree/hw/new.c" && [ "$(stat -c %Y "$tree/docs/old.rst")" = "$before" ]
}
check tool/series/overlay-edit-is-taken-and-others-untouched overlay_edit

overlay_edit_survives_export() {
    make_small
    echo 'int edited;' >"$small/qemu/hw/new.c"
    sed -i 's/^10$/ten/' "$tree/hw/old.c"
    commit 'hw: say ten'
    (cd "$small" && scripts/export.sh) || return 1
    grep -q edited "$small/qemu/hw/new.c" && [ -e "$small/patches/0003-hw-say-ten.patch" ]
}
check tool/series/overlay-edit-survives-export overlay_edit_survives_export

rename_in_series() {
    make_small
    git -C "$tree" reset -q --soft HEAD~2
    git -C "$tree" mv hw/new.c hw/newer.c
    commit 'hw: all at once'
    (cd "$small" && scripts/export.sh) || return 1
    [ -e "$small/qemu/hw/newer.c" ] && [ ! -e "$small/qemu/hw/new.c" ] &&
        [ ! -e "$(patch1)" ] && [ -e "$small/patches/0001-hw-all-at-once.patch" ]
}
check tool/series/removed-file-and-patch-go rename_in_series

other_point_release() {
    make_small
    git -C "$tree" checkout -q --orphan other HEAD~2
    sed -i '1i zero' "$tree/hw/old.c"
    commit base
    git -C "$tree" update-ref -d refs/riscv-uintr/synced
    (cd "$small" && scripts/materialise.sh) 2>"$temp/out" || return 1
    grep -q 'applied at other line numbers' "$temp/out" && grep -q thirty "$tree/hw/old.c"
}
check tool/series/other-point-release-is-accepted other_point_release

mails() {
    make_small
    (cd "$small" && scripts/series.sh "$temp/mails") || return 1
    grep -q '^Subject: \[PATCH 0/2\] Two changes$' "$temp/mails/0000-cover-letter.patch" &&
        grep -q '^The body of the cover letter' "$temp/mails/0000-cover-letter.patch" &&
        grep -q '^+int fresh;$' "$temp"/mails/0001-*.patch &&
        ! grep -q '^Adds:' "$temp"/mails/*.patch
}
check tool/series/mails-apply mails

# What is refused: patches and overlay that don't fit.
make_small
sed -i 's/^ 29$/ 29 /' "$(patch1)"
refused fuzzed-hunk 'does not apply' materialise.sh

make_small
sed -i 's/^@@ -27,7 +27,7 @@/@@ -25,7 +25,7 @@/' "$(patch1)"
refused offset-hunk 'not what export writes' materialise.sh

make_small
echo int x\; >"$small/qemu/hw/stray.c"
refused unclaimed-file 'no patch adds qemu/hw/stray.c' materialise.sh

make_small
sed -i 's,^---$,Adds: hw/new.c\n---,' "$small/patches/0002-docs-say-forty.patch"
refused twice-claimed-file 'added by more than one patch' materialise.sh

make_small
rm "$small/qemu/hw/new.c"
refused missing-file 'qemu/hw/new.c does not exist' materialise.sh

make_small
sed -i 's,docs/old.rst,hw/new.c,g' "$small/patches/0002-docs-say-forty.patch"
refused diff-of-overlay-file 'has a diff for qemu/hw/new.c' materialise.sh

make_small
mkdir -p "$small/qemu/docs"
echo x >"$small/qemu/docs/old.rst"
sed -i '/^---$/,$d' "$small/patches/0002-docs-say-forty.patch"
printf 'Adds: docs/old.rst\n---\n' >>"$small/patches/0002-docs-say-forty.patch"
refused adds-existing-file 'which the tree has already' materialise.sh

make_small
mv "$small/patches/0002-docs-say-forty.patch" "$small/patches/0003-docs-say-forty.patch"
refused gap-in-numbers 'should be named 0002-docs-say-forty.patch' materialise.sh

# What is refused: losing the developer's work.
make_small
echo 'int edited;' >"$small/qemu/hw/new.c"
sed -i 's/^10$/ten/' "$tree/hw/old.c"
commit 'hw: say ten'
refused unexported-commit '1 commit(s) not exported' materialise.sh
refused clean-with-unexported-commit '1 commit(s) not exported' clean.sh

make_small
echo 'int edited;' >"$small/qemu/hw/new.c"
sed -i 's/^10$/ten/' "$tree/hw/old.c"
refused uncommitted-edit 'edits not committed' materialise.sh

make_small
echo 'int edited;' >"$small/qemu/hw/new.c"
echo note >"$tree/hw/draft.c"
refused untracked-file 'edits not committed' materialise.sh

# What is refused on the way back.
make_small
echo 'int more;' >>"$tree/hw/new.c"
commit 'hw: more'
refused file-in-two-commits 'changes hw/new.c, which .* adds' export.sh

make_small
sed -i 's/^10$/ten/' "$tree/hw/old.c"
commit 'fixup! hw: add "new" things, for now...'
refused fixup-commit 'is to be squashed' export.sh

make_small
sed -i 's/^10$/ten/' "$tree/hw/old.c"
commit $'hw: say ten\n\n---\nnot for the log'
refused message-with-separator 'ends a mail' export.sh

make_small
echo 'int theirs;' >"$small/qemu/hw/new.c"
git -C "$tree" reset -q --soft HEAD~2
echo 'int ours;' >"$tree/hw/new.c"
commit 'hw: all at once'
refused both-sides-changed 'both changed' export.sh

# The real series.
check tool/series/real-series-round-trip "$ROOT/scripts/round-trip.sh"
