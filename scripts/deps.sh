#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs the Debian packages the project builds with. `deps.sh lint` adds those of lint.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

packages=(
    # QEMU
    build-essential ccache ninja-build pkg-config python3 python3-venv flex bison
    libglib2.0-dev libfdt-dev libpixman-1-dev libslirp-dev zlib1g-dev
    # the source package and the series
    ca-certificates dpkg-dev git patch perl xz-utils
    # QEMU's own qtests: boot ROMs of network cards, CD images
    ipxe-qemu xorriso
    # the guest and the tests that run on the emulated machine
    gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf
    gcc-riscv64-linux-gnu libc6-dev-riscv64-cross opensbi device-tree-compiler
    gdb-multiarch
    # the comparison with a QEMU without the series
    valgrind
    # the models; snapshots; plots of measurements
    spin qemu-utils gnuplot-nox
)
if [ "${1:-}" = lint ]; then
    packages+=(shellcheck clang-format)
fi

missing=()
for package in "${packages[@]}"; do
    state=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
    case $state in
    ?i*) ;;
    *) missing+=("$package") ;;
    esac
done
[ ${#missing[@]} -gt 0 ] || exit 0

command -v apt-get >/dev/null ||
    die "these packages are needed and apt-get is not here to install them: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
        die "not root and no sudo: ask an administrator to install: ${missing[*]}"
    as_root=(sudo)
    sudo -n true 2>/dev/null || sudo -v
fi
apt_get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y
    -o DPkg::Lock::Timeout=300)
step "package lists" apt-update "${apt_get[@]}" update
step "install ${#missing[@]} packages" apt-install \
    "${apt_get[@]}" install --no-install-recommends "${missing[@]}"
