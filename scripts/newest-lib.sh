# SPDX-License-Identifier: MIT
# The series on a newer QEMU: where things are, and what is kept in patches/newest.
# Sourced after lib.sh and series-lib.sh.
# shellcheck shell=bash disable=SC2034

NEWEST=$BUILD/newest
# The series is carried over here; only files in question are in its work tree.
rebase=$NEWEST/rebase
NEWEST_BASE=refs/riscv-uintr/newest-base
NEWEST_TIP=refs/riscv-uintr/newest-tip

rgit() {
    git -C "$rebase" "$@"
}

fixup_of() { # COMMIT
    printf '%s/patches/newest/%s.patch' "$ROOT" "$(rgit log -1 --format=%f "$1")"
}

# What both sides say in the conflicts of the merge under way, without line numbers.
conflict_text() {
    rgit diff | awk '/^diff --cc / { print } /<<<<<<< / { on = 1; next }
        />>>>>>> / { on = 0 } on { print }'
}

# The id of a conflict in fix-ups, empty when there is none.
conflict_id() { # TEXTFILE
    [ ! -s "$1" ] || hash_text <"$1" | cut -c1-16
}
