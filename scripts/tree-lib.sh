# SPDX-License-Identifier: MIT
# Trees beside build/qemu-src, each with a build folder, for building and testing other
# commits than the one that is worked on. Sourced after lib.sh and qemu-lib.sh.
# shellcheck shell=bash disable=SC2034

# use_tree DIR: the tree is DIR/qemu-src, its build folder DIR/qemu. These are the same
# relative paths as build/qemu-src and build/qemu have: ccache then shares.
use_tree() {
    home=$1
    tree=$1/qemu-src
    folder=$1/qemu
}

tree_ready() { # BASE
    git -C "$tree" cat-file -e "$1" 2>/dev/null && [ -e "$folder/build.ninja" ]
}

prepare_tree() { # BASE
    mkdir -p "$home"
    work_tree "$tree" "$1"
    configure_in "$folder" "$(configure_line "$tree")"
}

checkout_tree() { # COMMIT
    git -C "$tree" checkout -q --detach --force "$1"
}

build_emulator() {
    ninja -j"$(nproc)" -C "$folder" qemu-system-riscv64
}

# The three emulators and every qtest program.
build_everything() {
    local targets
    # The list of test programs is that of this commit, not of the one before.
    ninja -C "$folder" build.ninja
    mapfile -t targets < <(test_targets "$folder")
    ninja -j"$(nproc)" -C "$folder" "${targets[@]}"
}

# What a suite's verdicts follow from, as one hash: what is run, and what runs it.
suite_key() { # SUITE
    {
        cd "$folder" || return
        case $1 in
        qtest)
            sha256sum qemu-system-riscv64
            ninja -t targets all | sed -n 's,^\(tests/qtest/[^/:]*\): c_LINKER.*,\1,p' |
                sort | xargs sha256sum
            ;;
        tcg)
            sha256sum qemu-system-riscv64 qemu-riscv64
            git -C "$tree" rev-parse HEAD:tests/tcg
            ;;
        esac
        runner_key
    } | hash_text
}

# The same of the scripts that run the suites.
runner_key() {
    (cd "$ROOT" && sha256sum tests/run-qtests.py tests/not-run.txt tests/suites/{qtest,tcg}.sh)
}

# run_suite SUITE: into the folder's verdicts, one file per suite and key; programs and tests
# that are the same as in a run that passed aren't run again. Leaves its name in $verdicts.
run_suite() {
    verdicts=$home/verdicts/$1-$(suite_key "$1")
    [ ! -e "$verdicts" ] || return 0
    mkdir -p "$home/verdicts"
    : >"$verdicts.new"
    QEMU_SRC=$tree QEMU_BUILD=$folder TESTS_TXT=$verdicts.new bash "$ROOT/tests/suites/$1.sh"
    if ! grep -q '^PASS ' "$verdicts.new"; then
        echo "FAIL $1: no test passed" | tee -a "$verdicts.new"
    fi
    if grep '^FAIL ' "$verdicts.new"; then
        verdicts=$verdicts.new
        return 1
    fi
    mv "$verdicts.new" "$verdicts"
}
