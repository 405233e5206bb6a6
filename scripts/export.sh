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
[ -z "$(qgit status --porcelain)" ] ||
    note "edits in build/qemu-src that are not committed are not exported"
series_tool write "$base" "$head" "$temp/patches" >"$temp/adds"

# The overlay: three-way between the last synchronisation, qemu/ and HEAD.
qgit rev-list "$base..$synced" |
    qgit diff-tree --stdin -r --no-commit-id --no-renames --name-only --diff-filter=A |
    sort -u "$temp/adds" - >"$temp/paths"
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
problems=$(series_tool claims)
[ -z "$problems" ] || note "not yet in the series:
$problems"
tip=$(series_tool compose "$base")
if [ "$kept" -eq 0 ]; then
    [ "$(qgit rev-parse "$tip^{tree}")" = "$(qgit rev-parse "$head^{tree}")" ] ||
        die "what was exported does not give the tree of build/qemu-src back"
    series_hash >"$SYNCED_HASH"
fi
printf 'exported %d patches, %d new files\n' "$(patch_files | wc -l)" "$(wc -l <"$temp/adds")"
