#!/bin/bash
# SPDX-License-Identifier: MIT
# Removes build/, unless build/qemu-src holds work that is nowhere else.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series-lib.sh
. "$ROOT/scripts/series-lib.sh"

if [ -d "$QEMU_SRC/.git" ]; then
    work=$(unexported)
    [ -z "$work" ] || die "build/qemu-src has ${work//$'\n'/, }: ./build.sh export them,
  or remove the folder yourself"
fi
rm -rf "$BUILD"
