#!/bin/bash
# SPDX-License-Identifier: MIT
# Writes the commits of build/qemu-src back to patches/ and qemu/. Files of the
# overlay that were edited in qemu/ since the last synchronisation are kept; when
# both sides changed one, nothing is written.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series-lib.sh
. "$ROOT/scripts/series-lib.sh"

[ -d "$QEMU_SRC/.git" ] || die "there is no build/qemu-src to export; './build.sh qemu' makes it"
for state in rebase-merge rebase-apply; do
    [ ! -d "$QEMU_SRC/.git/$state" ] ||
        die "a rebase is in progress in build/qemu-src: finish or abort it first"
done

base=$(base_commit)
head=$(qgit rev-parse HEAD)
synced=$(qgit rev-parse -q --verify "$SYNCED" || echo "$base")
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
mkdir "$temp/patches"
declare -A added_by # path of the overlay -> the commit that adds it

[ -z "$(qgit status --porcelain)" ] ||
    note "edits in build/qemu-src that are not committed are not exported"
[ -z "$(qgit rev-list --merges "$base..$head")" ] || die "build/qemu-src has a merge commit"

# Each commit to a patch; what it adds goes to the overlay.
number=0
for commit in $(qgit rev-list --reverse "$base..$head"); do
    number=$((number + 1))
    subject=$(qgit log -1 --format=%s "$commit")
    name=$(qgit log -1 --format='%h ("%s")' "$commit")
    case $subject in
    fixup!* | squash!* | amend!*)
        die "$name is to be squashed: git -C build/qemu-src rebase -i --autosquash $base"
        ;;
    esac
    if qgit log -1 --format=%B "$commit" | grep -qE '^(---( |$)|diff -|Index: |Adds: )'; then
        die "the message of $name has a line that ends a mail's message or an Adds: line"
    fi
    [ -z "$(qgit log -1 --format=%B "$commit" | sed -n 2p)" ] ||
        die "the message of $name needs an empty second line"
    qgit diff-tree -r --no-commit-id --no-renames --diff-filter=A "$commit" |
        awk '$2 !~ /^100/ { print "error: not a plain file: " $NF; bad = 1 } END { exit bad }' >&2
    while read -r path; do
        [ -z "${added_by[$path]:-}" ] ||
            die "$name changes $path, which ${added_by[$path]} adds; a new file enters whole in one
  commit: make it a fixup and rebase --autosquash, or split the file"
    done < <(qgit diff-tree -r --no-commit-id --no-renames --name-only "$commit")
    while read -r path; do
        added_by[$path]=$name
    done < <(added_files "$commit")
    write_patch $number "$commit" >"$temp/patches/$(patch_name $number "$subject")"
done

# The overlay: three-way between the last synchronisation, qemu/ and HEAD.
printf '%s\n' "${!added_by[@]}" | sed '/^$/d' | sort >"$temp/now"
for commit in $(qgit rev-list "$base..$synced"); do added_files "$commit"; done |
    sort -u "$temp/now" - >"$temp/paths"
mapfile -t paths <"$temp/paths"

declare -A old new mode mine
while IFS=$' \t' read -r _ _ id path; do
    old[$path]=$id
done < <([ ${#paths[@]} -eq 0 ] || qgit ls-tree "$synced" "${paths[@]}")
while IFS=$' \t' read -r bits _ id path; do
    new[$path]=$id
    mode[$path]=$bits
done < <([ ${#paths[@]} -eq 0 ] || qgit ls-tree "$head" "${paths[@]}")
while read -r id path; do
    mine[$path]=$id
done < <(overlay_blobs <"$temp/paths")

kept=0
for path in "${paths[@]}"; do
    if [ "${mine[$path]:-}" = "${new[$path]:-}" ]; then
        echo "mode $path"
    elif [ "${mine[$path]:-}" = "${old[$path]:-}" ]; then
        if [ -n "${new[$path]:-}" ]; then echo "write $path"; else echo "remove $path"; fi
    elif [ "${new[$path]:-}" = "${old[$path]:-}" ]; then
        note "qemu/$path was edited there; kept"
        kept=$((kept + 1))
    else
        die "qemu/$path and build/qemu-src/$path both changed since they were last the same:
  copy the wanted one over the other (and commit it in build/qemu-src), then export again"
    fi
done >"$temp/todo"

# Nothing below fails half-way for a reason that could have been seen above.
while read -r action path; do
    file=$ROOT/qemu/$path
    case $action in
    write)
        mkdir -p "$(dirname "$file")"
        qgit cat-file blob "$head:$path" >"$file"
        ;;
    remove)
        rm -f "$file"
        rmdir -p --ignore-fail-on-non-empty "$(dirname "$file")" 2>/dev/null || true
        continue
        ;;
    esac
    if [ "${mode[$path]:-}" = 100755 ]; then
        [ -x "$file" ] || chmod +x "$file"
    elif [ -x "$file" ]; then
        chmod -x "$file"
    fi
done <"$temp/todo"
for patch in $(patch_files); do
    [ -e "$temp/patches/$patch" ] || rm "$ROOT/patches/$patch"
done
for file in "$temp"/patches/*; do
    [ -e "$file" ] || continue
    cmp -s "$file" "$ROOT/patches/${file##*/}" || cp "$file" "$ROOT/patches/"
done
version=$(qgit show "$base:VERSION")
sed -i "s/^BASE_VERSION=.*/BASE_VERSION=$version/" "$ROOT/patches/base.conf"

# Read it back: the same trees must come out.
qgit update-ref "$SYNCED" "$head"
problems=$(claim_problems)
[ -z "$problems" ] || note "not yet in the series:
$problems"
tip=$(compose "$base")
if [ "$kept" -eq 0 ]; then
    [ "$(qgit rev-parse "$tip^{tree}")" = "$(qgit rev-parse "$head^{tree}")" ] ||
        die "what was exported does not give the tree of build/qemu-src back"
    series_hash >"$SYNCED_HASH"
fi
printf 'exported %d patches, %d new files\n' "$number" "$(wc -l <"$temp/now")"
