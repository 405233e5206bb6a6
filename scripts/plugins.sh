#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds our TCG plugins for the emulator of build/qemu: each folder of C files in tools/
# becomes build/plugins/<folder>.so.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

PLUGINS=$BUILD/plugins
header=$QEMU_SRC/include/qemu
read -r -a glib < <(pkg-config --cflags --libs glib-2.0)
flags=(-std=gnu11 -O2 -g -Wall -Wextra -Werror -fPIC -fvisibility=hidden -shared "-I$header")

compile() { # NAME
    mkdir -p "$PLUGINS"
    gcc "${flags[@]}" -o "$PLUGINS/$1.new" "$ROOT/tools/$1"/*.c "${glib[@]}"
    mv "$PLUGINS/$1.new" "$PLUGINS/$1.so"
}

for source in "$ROOT"/tools/*/*.c; do
    dirname "$source"
done | sort -u | while read -r folder; do
    name=${folder##*/}
    stamp=$(cat "$header/qemu-plugin.h" "$folder"/*.[ch] "$0" | hash_text)
    if ! stamp_is "plugin-$name" "$stamp" || [ ! -e "$PLUGINS/$name.so" ]; then
        step "build the plugin $name" "plugin-$name" compile "$name"
        stamp_set "plugin-$name" "$stamp"
    fi
done
