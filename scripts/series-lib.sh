# SPDX-License-Identifier: MIT
# The series in its two forms, and the way between them:
#   patches/NNNN-subject.patch + qemu/   what is kept in this repository
#   commits on top of a QEMU tree        what is built and mailed
# A patch holds the commit message, `Adds: <path>` for every file that it brings
# in from qemu/, and the diff of QEMU's own files. Sourced after lib.sh.
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

# Paths on stdin -> "blob-id path" of those that the overlay has. With -w the blobs are
# stored in build/qemu-src.
overlay_blobs() { # [-w]
    local path have=()
    while read -r path; do
        [ ! -f "$ROOT/qemu/$path" ] || have+=("$path")
    done
    [ ${#have[@]} -gt 0 ] || return 0
    paste -d ' ' <(printf "$ROOT/qemu/%s\n" "${have[@]}" |
        qgit hash-object --no-filters "$@" --stdin-paths) <(printf '%s\n' "${have[@]}")
}

overlay_mode() {
    if [ -x "$ROOT/qemu/$1" ]; then echo 100755; else echo 100644; fi
}

# One hash for the base, the patches and the overlay: names, modes and contents.
series_hash() {
    {
        base_commit
        patch_files | (cd "$ROOT/patches" && xargs -r -d '\n' sha256sum base.conf)
        overlay_files | (cd "$ROOT/qemu" 2>/dev/null && xargs -r -d '\n' sha256sum) || true
        overlay_files | while read -r file; do overlay_mode "$file"; done
    } | hash_text
}

patch_subject() {
    sed -n 's/^Subject: //p;/^$/q' "$1"
}

# Message without headers and without the Adds: trailers.
patch_message() {
    {
        patch_subject "$1"
        echo
        sed -n '1,/^$/d;/^---$/q;/^Adds: /!p' "$1"
    } | git stripspace
}

patch_adds() {
    sed -n '/^---$/q;s/^Adds: //p' "$1"
}

patch_diff() {
    sed '1,/^---$/d' "$1"
}

# Paths that the diff part touches.
patch_touches() {
    patch_diff "$1" | sed -n 's,^diff --git a/.* b/,,p'
}

patch_name() { # NUMBER SUBJECT
    local slug
    slug=$(printf '%s' "$2" | tr -cs 'A-Za-z0-9._' '-' | sed 's/\.\.*/./g;s/^-//' | cut -c1-52)
    printf '%04d-%s.patch' "$1" "$(printf '%s' "$slug" | sed 's/[-.]*$//')"
}

# The date of a patch follows from its number, so nothing depends on the clock.
patch_date() {
    echo $((SERIES_EPOCH + $1 * 60))
}

# write_patch NUMBER COMMIT: the patch file of a commit, on stdout.
write_patch() {
    local number=$1 commit=$2 modified
    printf 'From %040d Mon Sep 17 00:00:00 2001\n' 0
    printf 'From: %s <%s>\n' "$SERIES_AUTHOR" "$SERIES_EMAIL"
    printf 'Date: %s\n' "$(date -u -R -d "@$(patch_date "$number")")"
    printf 'Subject: %s\n\n' "$(qgit log -1 --format=%s "$commit")"
    {
        qgit log -1 --format=%b "$commit"
        echo
        added_files "$commit" | sed 's/^/Adds: /'
    } | git stripspace
    echo '---'
    mapfile -t modified < <(qgit diff-tree -r --no-commit-id --no-renames --name-only \
        --diff-filter=a "$commit")
    [ ${#modified[@]} -gt 0 ] || return 0
    qgit diff-tree -r -p --no-commit-id --no-renames --full-index --binary --no-color \
        --no-ext-diff --no-textconv "$commit" -- "${modified[@]}"
}

added_files() {
    qgit diff-tree -r --no-commit-id --no-renames --name-only --diff-filter=A "$1"
}

# Each file of the overlay belongs to exactly one patch, and no patch has a diff
# for one. Problems go to stdout, one a line.
claim_problems() {
    local patch adds
    adds=$(for patch in $(patch_files); do
        patch_adds "$ROOT/patches/$patch" | sed "s,\$,\t$patch,"
    done)
    printf '%s\n' "$adds" | cut -f1 | sort | uniq -d | grep . |
        sed 's,^\(.*\)$,qemu/\1 is added by more than one patch,' || true
    comm -13 <(printf '%s\n' "$adds" | cut -f1 | sort -u) <(overlay_files) |
        sed 's,^,no patch adds qemu/,'
    comm -23 <(printf '%s\n' "$adds" | cut -f1 | sed '/^$/d' | sort -u) <(overlay_files) |
        sed 's,^\(.*\)$,a patch adds \1 but qemu/\1 does not exist,'
    for patch in $(patch_files); do
        comm -12 <(printf '%s\n' "$adds" | cut -f1 | sort -u) \
            <(patch_touches "$ROOT/patches/$patch" | sort -u) | grep . |
            sed "s,^\(.*\)\$,patches/$patch has a diff for qemu/\1," || true
    done
}

# Whether the diff was made against exactly the files that PARENT has.
same_preimage() { # PATCHFILE PARENT
    local old path
    while read -r old path; do
        [ "$(qgit rev-parse -q --verify "$2:$path" || true)" = "$old" ] || return 1
    done < <(patch_diff "$1" | awk '/^diff --git /{path = substr($4, 3)}
        /^index [0-9a-f]+\.\./{split($2, id, "[.][.]"); print id[1], path}')
}

without_positions() {
    sed 's/^@@ .*/@@/;/^index [0-9a-f]*\.\./d' "$1"
}

# compose BASE, to be called in $(...): prints the tip of the series on BASE, made from patches/ and qemu/ in
# a temporary index; the work tree isn't touched. A hunk that applies with an
# offset is an error, unless the base isn't the one the series was exported on.
compose() {
    local base=$1 tip=$1 number=0 shifted=0 patch file path id tree temp adds
    temp=$(mktemp -d)
    # shellcheck disable=SC2064  # the value of now is meant
    trap "rm -rf '$temp'" EXIT
    export GIT_INDEX_FILE=$temp/index
    qgit read-tree "$base"
    for patch in $(patch_files); do
        number=$((number + 1))
        file=$ROOT/patches/$patch
        [ "$patch" = "$(patch_name $number "$(patch_subject "$file")")" ] ||
            die "patches/$patch should be named $(patch_name $number "$(patch_subject "$file")")"
        if [ -n "$(patch_touches "$file")" ]; then
            patch_diff "$file" | qgit apply --cached --whitespace=nowarn - ||
                die "patches/$patch does not apply"
        fi
        mapfile -t adds < <(patch_adds "$file")
        if [ ${#adds[@]} -gt 0 ]; then
            path=$(qgit ls-files "${adds[@]}")
            [ -z "$path" ] || die "patches/$patch adds $path, which the tree has already"
        fi
        patch_adds "$file" | overlay_blobs -w | while read -r id path; do
            printf '%s %s\t%s\n' "$(overlay_mode "$path")" "$id" "$path"
        done >"$temp/adds"
        qgit update-index --add --index-info <"$temp/adds"
        tree=$(qgit write-tree)
        tip=$(patch_message "$file" |
            GIT_AUTHOR_NAME=$SERIES_AUTHOR GIT_AUTHOR_EMAIL=$SERIES_EMAIL \
                GIT_COMMITTER_NAME=$SERIES_AUTHOR GIT_COMMITTER_EMAIL=$SERIES_EMAIL \
                GIT_AUTHOR_DATE="@$(patch_date $number) +0000" \
                GIT_COMMITTER_DATE="@$(patch_date $number) +0000" \
                qgit commit-tree "$tree" -p "$tip")
        write_patch $number "$tip" >"$temp/again"
        if ! cmp -s "$file" "$temp/again"; then
            if same_preimage "$file" "$tip^" ||
                ! cmp -s <(without_positions "$file") <(without_positions "$temp/again"); then
                diff -u --label "patches/$patch" --label "as it applies" \
                    "$file" "$temp/again" | head -40 >&2 || true
                die "patches/$patch is not what export writes (offset, new file or hand edit)"
            fi
            shifted=$((shifted + 1))
        fi
    done
    if [ "$shifted" -gt 0 ]; then
        note "base is QEMU $(qgit show "$base:VERSION"), the series was exported on $BASE_VERSION:"
        note "$shifted of $number patches applied at other line numbers"
    fi
    echo "$tip"
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
