#!/bin/bash
# SPDX-License-Identifier: MIT
# series.sh DIR: the series as mails (git format-patch) with a cover letter, whole files
# included, and the proof that git am takes it on a pristine base.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series-lib.sh
. "$ROOT/scripts/series-lib.sh"

dir=$1
letter=$ROOT/patches/cover-letter.txt
marker=$dir/.riscv-uintr-series

# Only a folder that is empty or was written by this script is replaced.
if [ -d "$dir" ] && [ ! -e "$marker" ] && [ -n "$(ls -A "$dir")" ]; then
    die "$dir is not empty and was not written by './build.sh series'"
fi
[ -f "$letter" ] || die "patches/cover-letter.txt is missing"
problems=$(series_tool claims)
[ -z "$problems" ] || die "overlay and patches disagree:
$problems"
base=$(base_commit)
tip=$(series_tool compose "$base")
[ "$tip" != "$base" ] || die "the series is empty"

rm -rf "$dir"
mkdir -p "$dir"
dir=$(realpath "$dir")
touch "$dir/.riscv-uintr-series"

write_mails() {
    GIT_COMMITTER_NAME=$SERIES_AUTHOR GIT_COMMITTER_EMAIL=$SERIES_EMAIL qgit format-patch \
        -o "$dir" --cover-letter --zero-commit --no-signature --no-renames \
        --from="$SERIES_AUTHOR <$SERIES_EMAIL>" "$base..$tip"
    # The first line of cover-letter.txt is the subject, what follows the empty line the body.
    # The date, which git takes from the clock, becomes the one of the series.
    awk -v letter="$letter" -v date="$(date -u -R -d "@$(patch_date 0)")" '
        /^Date: / && !seen++ { print "Date: " date; next }
        /\*\*\* SUBJECT HERE \*\*\*/ {
            getline subject < letter
            sub(/\*\*\* SUBJECT HERE \*\*\*/, "")
            print $0 subject
            next
        }
        /\*\*\* BLURB HERE \*\*\*/ {
            getline line < letter
            while ((getline line < letter) > 0) print line
            next
        }
        { print }' "$dir/0000-cover-letter.patch" >"$dir/cover.new"
    mv "$dir/cover.new" "$dir/0000-cover-letter.patch"
}

try_mails() {
    local tree=$temp/tree
    qgit worktree add -q --detach --no-checkout "$tree" "$base"
    git -C "$tree" reset -q --hard
    GIT_COMMITTER_NAME=$SERIES_AUTHOR GIT_COMMITTER_EMAIL=$SERIES_EMAIL \
        git -C "$tree" am -q --empty=drop "$dir"/*.patch
    [ "$(git -C "$tree" rev-parse 'HEAD^{tree}')" = "$(qgit rev-parse "$tip^{tree}")" ]
}

temp=$(mktemp -d)
trap 'qgit worktree remove --force "$temp/tree" 2>/dev/null; rm -rf "$temp"' EXIT
step "write the mails" series-mails write_mails
step "git am on a pristine tree" series-am try_mails
printf '%d mails in %s; apply them with: git am --empty=drop %s/*.patch\n' \
    "$(find "$dir" -name '*.patch' | wc -l)" "$dir" "$dir"
