# SPDX-License-Identifier: MIT
# How QEMU is configured. Sourced after lib.sh.
# shellcheck shell=bash disable=SC2034

# All three are configured in one build folder, so they share the common objects;
# what is built is chosen by ninja's target.
QEMU_TARGETS=riscv64-softmmu,riscv32-softmmu,riscv64-linux-user

# What differs with AddressSanitizer and UBSan in it. gcc warns of correct code when it
# instruments it (by a flag, since Meson forgets --disable-werror when it configures again);
# -O1 halves the time to build and the tests are hardly slower.
SANITIZER_OPTIONS=(--enable-asan --enable-ubsan --extra-cflags=-Wno-error -Doptimization=1
    --target-list=riscv64-softmmu)

configure_line() { # SOURCE [OPTION...]
    printf '%s/configure' "$1"
    printf ' %s' "--python=$PYTHON" --without-default-features --enable-tcg --enable-plugins \
        --enable-fdt=system --enable-slirp --enable-pixman --disable-docs --disable-install-blobs \
        --enable-werror "--target-list=$QEMU_TARGETS" --gdb= "${@:2}"
}

# The source package has no firmware: Debian's goes to where a QEMU that isn't installed
# looks, so that `-bios` has its default and network cards their boot ROM.
link_firmware() {
    local folder=qemu-bundle/usr/local/share/qemu
    mkdir -p "$folder"
    ln -sf /usr/lib/ipxe/qemu/*.rom "$folder/"
    ln -sf "$FIRMWARE" "$folder/opensbi-riscv64-generic-fw_dynamic.bin"
}

configure_in() { # FOLDER LINE
    local line
    rm -rf "$1"
    mkdir -p "$1"
    cd "$1" || return
    read -r -a line <<<"$2"
    CC="ccache gcc" "${line[@]}"
    link_firmware
}

# Those of the overlay: sanitizers run no others.
own_qtests() {
    local source
    for source in "$ROOT"/qemu/tests/qtest/*-test.c; do
        source=${source##*/}
        printf 'tests/qtest/%s\n' "${source%.c}"
    done
}

# A second work tree of build/qemu-src's repository. With folders named alike beside each
# other (X/qemu-src and X/qemu) ccache gives it what the main build has compiled.
work_tree() { # TREE COMMIT
    rm -rf "$1"
    git -C "$QEMU_SRC" worktree prune
    git -C "$QEMU_SRC" worktree add -q --detach "$1" "$2"
}

# The emulators and the qtest programs; ninja's "all" would add QEMU's unit tests.
test_targets() { # FOLDER
    printf '%s\n' qemu-system-riscv64 qemu-system-riscv32 qemu-riscv64
    ninja -C "$1" -t targets all | sed -n 's,^\(tests/qtest/[^/:]*\): c_LINKER.*,\1,p'
}
