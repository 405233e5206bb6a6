#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds the guest kernel, its programs and the initrd into build/guest.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

use_build_tools
cross=$ROOT/riscv64-unknown-elf.ini
stamp=$(hash_text <"$cross")
setup() {
    rm -rf "$GUEST_BUILD"
    meson setup --cross-file "$cross" "$GUEST_BUILD" "$ROOT"
}
if ! stamp_is guest "$stamp" || [ ! -e "$GUEST_BUILD/build.ninja" ]; then
    step "configure the guest" guest-configure setup
    stamp_set guest "$stamp"
fi
step "build the guest" guest ninja -C "$GUEST_BUILD"
