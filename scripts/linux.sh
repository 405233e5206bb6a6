#!/bin/bash
# SPDX-License-Identifier: MIT
# Debian's riscv64 Linux and busybox as they are in the archive: build/linux/vmlinux, a plain
# Image, and build/linux/busybox. The packages are kept in the user's cache; nothing is installed.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt-private.sh
. "$ROOT/scripts/apt-private.sh"

APT_ARCHITECTURE=riscv64
packages=$CACHE/linux
suites=(trixie trixie-updates trixie-backports sid)

# Names of kernels in the index, the newest first: not those with debug symbols, not the
# package that only depends on the newest.
kernels() { # SUITE
    private_apt "$1" apt-cache pkgnames linux-image- |
        grep -E '^linux-image-[0-9][^-]*-riscv64$' | sort -rV || true
}

# A mirror need not have every file that its index names: try the next one, then the next suite.
fetch_kind() { # NAME...: one of them
    local name
    for name in "$@"; do
        if private_apt "$suite" apt-get download "$name"; then
            return 0
        fi
        echo "the index of $suite names package $name ($APT_ARCHITECTURE), but it can't be fetched"
    done
    return 1
}

fetch() {
    local suite names
    mkdir -p "$packages"
    cd "$packages"
    for suite in "${suites[@]}"; do
        echo "trying $suite"
        private_apt_update "$suite" || continue
        mapfile -t names < <(kernels "$suite")
        if ! compgen -G 'linux-image-*_riscv64.deb' && [ ${#names[@]} -gt 0 ]; then
            fetch_kind "${names[@]}" || true
        fi
        compgen -G 'busybox-static_*_riscv64.deb' || fetch_kind busybox-static || true
        if compgen -G 'linux-image-*_riscv64.deb' && compgen -G 'busybox-static_*_riscv64.deb'; then
            # apt checked them against the signed index; their digests are for later.
            sha256sum ./*.deb >digests
            return 0
        fi
    done
    echo "no suite of ${suites[*]} has both a linux-image and busybox-static for $APT_ARCHITECTURE"
    return 1
}

unpack() {
    local new=$BUILD/linux.new
    (cd "$packages" && sha256sum --strict -c digests)
    rm -rf "$new" "$BUILD/linux"
    mkdir -p "$new"
    dpkg-deb --fsys-tarfile "$packages"/linux-image-*_riscv64.deb |
        tar -C "$new" -x --wildcards --transform 's,.*/vmlinu[xz]-.*,vmlinux,' './boot/vmlinu*'
    dpkg-deb --fsys-tarfile "$packages"/busybox-static_*_riscv64.deb |
        tar -C "$new" -x --wildcards --transform 's,.*/,,' './usr/bin/busybox'
    [ -s "$new/vmlinux" ] && [ -s "$new/busybox" ]
    mv "$new" "$BUILD/linux"
}

[ ! -e "$BUILD/linux/busybox" ] || exit 0
[ -e "$packages/digests" ] || step "fetch Debian's Linux for riscv64" linux-fetch fetch
step "unpack Debian's Linux" linux-unpack unpack
