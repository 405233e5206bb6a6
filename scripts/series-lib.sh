# SPDX-License-Identifier: MIT
# What the steps around the series share; the work itself is scripts/series_tool.py.
# Sourced after lib.sh.
# shellcheck shell=bash disable=SC2034

# shellcheck source=patches/base.conf
. "$ROOT/patches/base.conf"

# The commit that the work tree has in common with patches/ and qemu/, and the
# hash of patches/ and qemu/ at that time.
SYNCED=refs/riscv-uintr/synced
SYNCED_HASH=$QEMU_SRC/.git/riscv-uintr-hash

qgit() {
    git -C "$QEMU_SRC" --literal-pathspecs "$@"
}

base_commit() {
    qgit rev-list --max-parents=0 HEAD
}

patch_files() {
    find "$ROOT/patches" -maxdepth 1 -name '[0-9]*.patch' -printf '%f\n' | sort
}

# Every file of the overlay except what .gitignore names as editors' leftovers.
overlay_files() {
    [ -d "$ROOT/qemu" ] || return 0
    find "$ROOT/qemu" -type f ! -name '*~' ! -name '.*.sw[a-p]' \
        ! -name '*.pyc' -printf '%P\n' | sort
}

# Paths on stdin -> "blob-id path" of those that the overlay has.
overlay_blobs() {
    local path have=()
    while read -r path; do
        [ ! -f "$ROOT/qemu/$path" ] || have+=("$path")
    done
    [ ${#have[@]} -gt 0 ] || return 0
    paste -d ' ' <(printf "$ROOT/qemu/%s\n" "${have[@]}" |
        qgit hash-object --no-filters --stdin-paths) <(printf '%s\n' "${have[@]}")
}

# One hash for the base, the patches and the overlay: names, modes and contents.
series_hash() {
    {
        base_commit
        patch_files | (cd "$ROOT/patches" && xargs -r -d '\n' sha256sum base.conf)
        overlay_files | (cd "$ROOT/qemu" 2>/dev/null && xargs -r -d '\n' sha256sum) || true
        find "$ROOT/qemu" -type f -perm -u+x -printf '%P\n' 2>/dev/null | sort || true
    } | hash_text
}

# The date of a patch follows from its number, so nothing depends on the clock.
patch_date() {
    echo $((SERIES_EPOCH + $1 * 60))
}

series_tool() {
    "$PYTHON" "$ROOT/scripts/series_tool.py" "$@"
}

# A patch without what says where it applies, for comparing across point releases.
without_positions() {
    sed 's/^@@ .*/@@/;/^index [0-9a-f]*\.\./d' "$1"
}

# What the developer has in build/qemu-src that patches/ and qemu/ don't, as text.
unexported() {
    local head synced
    head=$(qgit rev-parse HEAD)
    synced=$(qgit rev-parse -q --verify "$SYNCED" || base_commit)
    if [ "$head" != "$synced" ] && [ "$head" != "$(base_commit)" ]; then
        echo "$(qgit rev-list --count "$synced..$head") commit(s) not exported"
    fi
    if [ -n "$(qgit status --porcelain)" ]; then
        echo "edits not committed"
    fi
}
