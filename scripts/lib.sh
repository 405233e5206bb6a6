# SPDX-License-Identifier: MIT
# Helpers shared by every step: paths, messages, progress, logs and stamps.
# Sourced, never run.
# shellcheck shell=bash disable=SC2034

# Failures inside $(...) count too.
shopt -s inherit_errexit

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=$ROOT/build
# From the environment for a suite that is to run in another tree or build folder.
QEMU_SRC=${QEMU_SRC:-$BUILD/qemu-src}
QEMU_BUILD=${QEMU_BUILD:-$BUILD/qemu}
SANITIZERS_BUILD=$BUILD/sanitizers
UNPATCHED=$BUILD/unpatched
GUEST_BUILD=${GUEST_BUILD:-$BUILD/guest}
LOGS=$BUILD/logs
STAMPS=$BUILD/stamps
RESULTS=$BUILD/results
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/riscv-uintr
PYTHON=/usr/bin/python3
FIRMWARE=/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin

# Git has to behave the same on every machine, whatever the user's settings.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export LC_ALL=C.UTF-8 TZ=UTC

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

note() {
    printf '  note: %s\n' "$*" >&2
}

usage_error() {
    printf "error: %s (see './build.sh --help')\n" "$*" >&2
    exit 2
}

elapsed() {
    printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}

# On a terminal, keep the line of the running step alive: time and ninja's count.
progress_ticker() {
    local title=$1 log=$2 start=$SECONDS count
    while sleep 1; do
        count=$(tail -c 400 "$log" 2>/dev/null | grep -ao '\[[0-9]*/[0-9]*\]' | tail -1 || true)
        printf '\r==> %-44s %6s %s' "$title" "$(elapsed $((SECONDS - start)))" "$count"
    done
}

# attempt LOGFILE COMMAND...: runs it with its output in LOGFILE and leaves the exit status
# in $attempt_status. Never call it in a condition: set -e would be off inside.
attempt() {
    local log=$1
    shift
    set +e
    (
        set -e
        "$@"
    ) >"$log" 2>&1 </dev/null
    attempt_status=$?
    set -e
}

# step TITLE LOG COMMAND...: one line with the elapsed time; all output goes to
# build/logs/LOG.log, whose tail is shown when the command fails.
step() {
    local title=$1 log=$LOGS/$2.log start=$SECONDS ticker=
    shift 2
    mkdir -p "$LOGS"
    : >"$log"
    if [ -t 1 ]; then
        progress_ticker "$title" "$log" &
        ticker=$!
    else
        printf '==> %s\n' "$title"
    fi
    attempt "$log" "$@"
    if [ -n "$ticker" ]; then
        kill "$ticker" 2>/dev/null || true
        wait "$ticker" 2>/dev/null || true
        printf '\r==> %-44s %6s %-14s\n' "$title" "$(elapsed $((SECONDS - start)))" ""
    elif [ $((SECONDS - start)) -ge 2 ]; then
        printf '    done in %s\n' "$(elapsed $((SECONDS - start)))"
    fi
    if [ "$attempt_status" -ne 0 ]; then
        printf '%s\n' "---- last lines of $log" >&2
        tail -n 30 "$log" >&2
        printf '%s\n' "----" >&2
        die "$title failed (exit status $attempt_status); full log: $log"
    fi
}

# A stamp holds the hash of what a step was made from.
hash_text() {
    sha256sum | cut -d' ' -f1
}

stamp_is() {
    [ -f "$STAMPS/$1" ] && [ "$(cat "$STAMPS/$1")" = "$2" ]
}

stamp_set() {
    mkdir -p "$STAMPS"
    printf '%s\n' "$2" >"$STAMPS/$1"
}

# PATH and PYTHONPATH with the fetched Meson in front; ccache shared by all build folders.
use_build_tools() {
    local tool
    for tool in "$BUILD"/tools/*/usr/bin; do
        [ -d "$tool" ] && PATH=$tool:$PATH
    done
    for tool in "$BUILD"/tools/*/usr/lib/python3/dist-packages; do
        [ -d "$tool" ] && PYTHONPATH=$tool${PYTHONPATH:+:$PYTHONPATH}
    done
    export PATH PYTHONPATH
    export CCACHE_BASEDIR=$BUILD CCACHE_NOHASHDIR=1
}
