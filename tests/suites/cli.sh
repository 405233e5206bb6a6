#!/bin/bash
# SPDX-License-Identifier: MIT
# build.sh's command line: bad arguments give one error line and exit status 2,
# before anything is installed, fetched or built.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
mkdir "$temp/patches"
cp -r "$ROOT/build.sh" "$ROOT/scripts" "$temp/"
cp "$ROOT/patches/base.conf" "$temp/patches/"

# refused NAME ERROR-PATTERN ARGUMENT...
refused() {
    local name=tool/cli/$1 pattern=$2 status=0
    shift 2
    "$temp/build.sh" "$@" >"$temp/out" 2>"$temp/err" || status=$?
    if [ "$status" -ne 2 ]; then
        fail "$name" "exit status $status instead of 2"
    elif [ -s "$temp/out" ] || [ "$(wc -l <"$temp/err")" -ne 1 ] || ! grep -q "$pattern" "$temp/err"; then
        fail "$name" "said: $(cat "$temp/out" "$temp/err")"
    elif [ -e "$temp/build" ]; then
        fail "$name" "made build/ before refusing"
    else
        pass "$name"
    fi
}

refused no-command "which command"
refused unknown-command "unknown command 'frobnicate'" frobnicate
refused unknown-option "unknown option '--frobnicate'" --frobnicate run
refused option-after-command "takes no argument, got '--fast'" qemu --fast
refused export-argument "takes no argument, got 'x'" export x
refused lint-argument "nothing, bisect or newest, not 'x'" lint x
refused lint-arguments "takes one argument" lint bisect x
refused series-arguments "takes one directory" series a b
refused bench-ipc-argument "bench ipc takes --publish only" bench ipc --fast
refused bench-ipc-after-option "bench ipc takes --publish only" bench --rounds 3 ipc
refused unknown-suite "no test suite 'nonsense'" test nonsense
refused qemu-source-missing "'/nonexistent/qemu' does not exist" --qemu-source /nonexistent/qemu run
refused qemu-source-without-value "needs a directory or a tarball" --qemu-source

help_lists_every_command() {
    local command
    "$ROOT/build.sh" --help >"$temp/help"
    sed -n '/^case \$command in/,$s/^\([a-z]*\))$/\1/p' "$ROOT/build.sh" >"$temp/commands"
    [ -s "$temp/commands" ] || return 1
    while read -r command; do
        grep -q "^  $command " "$temp/help" || return 1
    done <"$temp/commands"
}
check tool/cli/help-lists-every-command help_lists_every_command
