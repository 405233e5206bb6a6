#!/bin/bash
# SPDX-License-Identifier: MIT
# Composes the real series in a copy, exports it from there and compares: patches/ and
# qemu/ must come out byte for byte (on another point release: but for line numbers).
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series-lib.sh
. "$ROOT/scripts/series-lib.sh"

base=$(base_commit)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/build" "$copy/qemu"
cp -r "$ROOT/scripts" "$ROOT/patches" "$copy/"
[ ! -d "$ROOT/qemu" ] || cp -rT "$ROOT/qemu" "$copy/qemu"
git clone -q -s --no-checkout "$QEMU_SRC" "$copy/build/qemu-src"
# Few files suffice: everything below reads commits. The attributes shape the diffs.
git -C "$copy/build/qemu-src" sparse-checkout set --no-cone /VERSION .gitattributes
git -C "$copy/build/qemu-src" reset -q --hard "$base"
(cd "$copy" && scripts/materialise.sh && scripts/export.sh)
if [ "$(qgit show "$base:VERSION")" != "$BASE_VERSION" ]; then
    for patch in "$copy"/patches/*.patch; do
        cmp <(without_positions "$patch") <(without_positions "$ROOT/patches/${patch##*/}")
        cp "$ROOT/patches/${patch##*/}" "$patch"
    done
    cp "$ROOT/patches/base.conf" "$copy/patches/"
fi
diff -r "$ROOT/patches" "$copy/patches"
[ ! -d "$ROOT/qemu" ] || diff -r -x '*~' -x '*.pyc' "$ROOT/qemu" "$copy/qemu"
