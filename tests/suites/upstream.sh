#!/bin/bash
# SPDX-License-Identifier: MIT
# `lint bisect` and the carrying over of `lint newest`, on a tree that has QEMU's shape but
# builds in no time: each patch's failures are found and named, nothing passes untried.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

use_build_tools
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
small=$temp/small
tree=$small/build/qemu-src
export GIT_AUTHOR_NAME=dev GIT_AUTHOR_EMAIL=dev@example.org
export GIT_COMMITTER_NAME=dev GIT_COMMITTER_EMAIL=dev@example.org
clean_env=(env -u QEMU_SRC -u QEMU_BUILD -u TESTS_TXT)

tgit() {
    git -C "$tree" "$@"
}

commit() { # MESSAGE
    tgit add -A
    tgit commit -q -m "$1"
}

# A program of this tree is a copy of its source; `broken` in it is a compile error.
write_configure() {
    cat >"$tree/configure" <<'TEXT'
#!/bin/sh
src=$(cd "$(dirname "$0")" && pwd)
cat >build.ninja <<END
rule c_LINKER
  command = mkdir -p tests/qtest && ! grep broken \$in && echo \$out >>runs && cp \$in \$out
rule regenerate
  command = true
  generator = 1
build build.ninja: regenerate
build qemu-system-riscv64: c_LINKER $src/hw/system64.c
build qemu-system-riscv32: c_LINKER $src/hw/system32.c
build qemu-riscv64: c_LINKER $src/hw/user64.c
build tests/qtest/some-test: c_LINKER $src/hw/test.c
END
TEXT
    chmod +x "$tree/configure"
}

# The suites of this project: what the built emulator does must be what the tree's tests ask.
write_suites() {
    mkdir -p "$small/tests/suites"
    touch "$small/tests/run-qtests.py" "$small/tests/not-run.txt"
    cat >"$small/tests/suites/qtest.sh" <<'TEXT'
. "$(dirname "$0")/../../scripts/lib.sh"
. "$ROOT/scripts/results.sh"
echo qtest >>"$ROOT/suite-runs"
check qtest/some diff "$QEMU_BUILD/tests/qtest/some-test" "$QEMU_BUILD/qemu-system-riscv64"
TEXT
    cat >"$small/tests/suites/tcg.sh" <<'TEXT'
. "$(dirname "$0")/../../scripts/lib.sh"
. "$ROOT/scripts/results.sh"
echo tcg >>"$ROOT/suite-runs"
check tcg/some diff "$QEMU_SRC/tests/tcg/expected" "$QEMU_BUILD/qemu-riscv64"
TEXT
}

write_files() { # SYSTEM64 SYSTEM32 USER64 QTEST TCG
    printf '%s\n' "$1" >"$tree/hw/system64.c"
    printf '%s\n' "$2" >"$tree/hw/system32.c"
    printf '%s\n' "$3" >"$tree/hw/user64.c"
    printf '%s\n' "$4" >"$tree/hw/test.c"
    printf '%s\n' "$5" >"$tree/tests/tcg/expected"
}

fresh_tree() {
    rm -rf "$small"
    mkdir -p "$small/patches" "$tree/hw" "$tree/tests/tcg"
    cp -r "$ROOT/scripts" "$small/"
    cp "$ROOT/patches/base.conf" "$small/patches/"
    write_suites
    tgit init -q
    write_configure
    write_files 0 0 0 0 0
    commit base
    base=$(tgit rev-parse HEAD)
}

bisect() {
    bisect_status=0
    "${clean_env[@]}" "$small/scripts/lint-bisect.sh" "$base" "$(tgit rev-parse HEAD)" \
        >"$temp/out" 2>&1 || bisect_status=$?
}

# bisect_finds NAME PATCH PATTERN: the second patch alone is named, PATTERN shown.
bisect_finds() {
    bisect
    if [ "$bisect_status" -eq 1 ] && grep -q -- "$2" "$temp/out" &&
        [ "$(sed -n '/^patches that fail/,$p' "$temp/out")" = "patches that fail to build or to pass their tests:
    2/3 second
bisect: 3 patches, 1 failed" ]; then
        pass "tool/bisect/$1"
    else
        fail "tool/bisect/$1" "status $bisect_status, said: $(cat "$temp/out")"
    fi
}

three_patches() { # the second one's SYSTEM64 SYSTEM32 USER64 QTEST TCG
    fresh_tree
    write_files 1 1 1 1 1
    commit first
    write_files "$@"
    commit second
    write_files 3 3 3 3 3
    commit third
}

good_series() {
    three_patches 2 2 2 2 2
    bisect
    [ "$bisect_status" -eq 0 ] && grep -q '^bisect: 3 patches, 0 failed$' "$temp/out" &&
        [ "$(grep -c 'tests passed: 1 qtest 1 tcg' "$temp/out")" -eq 3 ] || return 1
    # All of it is known the second time, and only the last patch when it alone changes.
    rm "$small/suite-runs" "$small/build/lint/qemu/runs"
    bisect
    [ "$bisect_status" -eq 0 ] && [ ! -e "$small/suite-runs" ] &&
        [ ! -e "$small/build/lint/qemu/runs" ] || return 1
    write_files 4 4 4 4 4
    tgit commit -q -a --amend -m third
    bisect
    [ "$bisect_status" -eq 0 ] && [ "$(sort "$small/suite-runs" | xargs)" = "qtest tcg" ]
}
check tool/bisect/good-series-passes-and-is-tried-once good_series

same_programs() {
    fresh_tree
    echo text >"$tree/README"
    commit first
    echo more >"$tree/README"
    commit second
    bisect
    [ "$bisect_status" -eq 0 ] && [ "$(sort "$small/suite-runs" | xargs)" = "qtest tcg" ]
}
check tool/bisect/same-programs-are-not-tested-again same_programs

# One thing differs from the patch before, and that suite runs again.
three_patches 1 1 1 other 1
bisect_finds qtest-that-fails-until-the-next-patch '^FAIL qtest/some'
three_patches other 1 1 1 1
bisect_finds emulator-that-fails-until-the-next-patch '^FAIL qtest/some'
three_patches 1 1 1 1 other
bisect_finds tcg-test-that-fails-until-the-next-patch '^FAIL tcg/some'
three_patches 1 1 other 1 1
bisect_finds user-emulator-that-fails-until-the-next-patch '^FAIL tcg/some'
three_patches 1 broken 1 1 1
bisect_finds patch-that-does-not-build-for-riscv32 'FAILED: qemu-system-riscv32'
three_patches 1 1 broken 1 1
bisect_finds patch-that-does-not-build-for-linux-user 'FAILED: qemu-riscv64'

failed_is_tried_again() {
    three_patches 2 2 2 other 2
    bisect
    bisect
    [ "$bisect_status" -eq 1 ] && [ "$(grep -c 'passed before' "$temp/out")" -eq 2 ]
}
check tool/bisect/failed-patch-is-tried-again failed_is_tried_again

# The newer QEMU: lines of old.c differ where the first patch puts its own, user64.c moved on
# without conflict.
newer_tree() {
    fresh_tree
    seq 1 40 >"$tree/hw/old.c"
    commit 'base with old.c'
    base=$(tgit rev-parse HEAD)
    sed -i '20a ours' "$tree/hw/old.c"
    commit 'hw: add ours'
    echo 1 >"$tree/hw/system64.c"
    commit 'hw: count'
    tip=$(tgit rev-parse HEAD)
    tgit checkout -q --orphan newer "$base"
    sed -i 's/^20$/twenty/;s/^21$/twenty-one/' "$tree/hw/old.c"
    echo new >"$tree/hw/user64.c"
    commit newer
    tgit update-ref refs/riscv-uintr/newest-base HEAD
}

carry() {
    "${clean_env[@]}" "$small/scripts/newest-rebase.sh" "$base" "$tip" >"$temp/out" 2>&1
}

newest_file() { # PATH
    tgit show "refs/riscv-uintr/newest-tip:$1"
}

conflict_resolved() {
    newer_tree
    ! carry || return 1
    grep -q "'hw: add ours' conflicts otherwise" "$temp/out" || return 1
    sed -i '/^twenty$/a ours' "$small/build/newest/rebase/hw/old.c"
    "${clean_env[@]}" "$small/scripts/newest-save.sh" || return 1
    carry || return 1
    [ "$(newest_file hw/old.c | sed -n 20,22p | xargs)" = "twenty ours twenty-one" ] &&
        [ "$(newest_file hw/system64.c) $(newest_file hw/user64.c)" = "1 new" ] &&
        [ "$(tgit log --format=%s refs/riscv-uintr/newest-tip | xargs)" = \
            "hw: count hw: add ours newer" ]
}
check tool/newest/conflict-stops-and-its-resolution-is-kept conflict_resolved

saved=$small/patches/newest/hw-add-ours.patch

other_conflict() {
    tgit checkout -q --detach "$base"
    sed -i '20a ours, but other' "$tree/hw/old.c"
    commit 'hw: add ours'
    tip=$(tgit rev-parse HEAD)
    ! carry && grep -q "'hw: add ours' conflicts otherwise" "$temp/out"
}
check tool/newest/other-conflict-is-not-resolved-by-the-old-answer other_conflict

no_conflict_left() {
    tgit checkout -q --detach "$base"
    sed -i '2a ours' "$tree/hw/old.c"
    commit 'hw: add ours'
    tip=$(tgit rev-parse HEAD)
    ! carry && grep -q "'hw: add ours' conflicts otherwise" "$temp/out"
}
check tool/newest/resolution-without-its-conflict-is-refused no_conflict_left

unused() {
    mv "$saved" "$small/patches/newest/hw-gone.patch"
    ! carry && grep -q 'no patch of the series for' "$temp/out"
}
check tool/newest/resolution-without-its-patch-is-refused unused
