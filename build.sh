#!/bin/bash
# SPDX-License-Identifier: MIT
# The one entry point: parses the command line and calls the steps in scripts/.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/scripts/lib.sh"

usage() {
    cat <<'TEXT'
Usage: ./build.sh [--qemu-source DIR|TARBALL] COMMAND [ARGUMENT...]

  run [PROGRAM [ARGUMENT...]]   build everything that is needed and boot the
                    guest: its demonstration, or PROGRAM; the exit status is
                    the guest's
  test [SUITE...]   build, then run every test (or the named suites)
  test sanitizers   our tests again on a QEMU built with AddressSanitizer and
                    UBSan; takes long and is not among "every test"
  test stress       ten minutes of random processes in the guest; not among
                    "every test" either
  bench [--rounds N] [--ops N]  build, then measure the emulated instructions:
                    a table, and build/results/bench.json; then as bench ipc
  bench ipc [--publish]         communication in the guest, every way of it:
                    build/results/ipc.json, and a report with plots in
                    build/results/ipc or, to be committed, in docs/results
  bench --profile [CASE...]     where their host instructions go (valgrind)
  lint              series, checkpatch, every patch builds, code style
  lint bisect       every patch builds for all targets and passes its tests
  lint newest       the series builds and passes its tests on a newer QEMU
  series [DIR]      write the mail-ready series to DIR (build/series)
  export            commits of build/qemu-src back to patches/ and qemu/
  deps              install the packages
  qemu              QEMU only: source, series, build
  guest             guest kernel and programs only
  clean             remove build/ (refuses while it holds unexported work)

Options:
  --qemu-source DIR|TARBALL  this QEMU tree instead of the packaged source
  -h, --help                 this text

Nothing has to be installed beforehand except git; logs are in build/logs.
TEXT
}

qemu_source=
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help)
        usage
        exit 0
        ;;
    --qemu-source)
        [ $# -ge 2 ] || usage_error "--qemu-source needs a directory or a tarball"
        qemu_source=$2
        shift 2
        ;;
    --qemu-source=*)
        qemu_source=${1#*=}
        shift
        ;;
    -*) usage_error "unknown option '$1'" ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] || usage_error "which command?"
command=$1
shift
if [ -n "$qemu_source" ]; then
    [ -e "$qemu_source" ] || usage_error "--qemu-source '$qemu_source' does not exist"
    qemu_source=$(realpath "$qemu_source")
fi

no_arguments() {
    [ $# -eq 0 ] || usage_error "'$command' takes no argument, got '$1'"
}

need_source() {
    "$ROOT/scripts/deps.sh"
    "$ROOT/scripts/source.sh" "$qemu_source"
    "$ROOT/scripts/materialise.sh"
}

need_qemu() { # WHAT: what of QEMU to build, as scripts/qemu.sh takes it
    need_source
    "$ROOT/scripts/qemu.sh" "$1"
    "$ROOT/scripts/plugins.sh"
}

need_guest() {
    "$ROOT/scripts/deps.sh"
    "$ROOT/scripts/source.sh" "$qemu_source"
    "$ROOT/scripts/guest.sh"
}

case $command in
run)
    need_qemu emulator
    need_guest
    exec "$ROOT/scripts/run.sh" "$@"
    ;;
test)
    "$ROOT/scripts/test.sh" --check "$@"
    [ "$*" = sanitizers ] || need_qemu tests
    [[ " $* " != *" sanitizers "* ]] || need_qemu sanitizers
    need_guest
    exec "$ROOT/scripts/test.sh" "$@"
    ;;
bench)
    "$ROOT/scripts/bench.sh" --check "$@"
    need_qemu emulator
    need_guest
    exec "$ROOT/scripts/bench.sh" "$@"
    ;;
lint)
    [ $# -le 1 ] || usage_error "'lint' takes one argument"
    case ${1:-} in
    '' | bisect | newest) ;;
    *) usage_error "'lint' is followed by nothing, bisect or newest, not '$1'" ;;
    esac
    "$ROOT/scripts/deps.sh" lint
    need_source
    exec "$ROOT/scripts/lint.sh" "$@"
    ;;
series)
    [ $# -le 1 ] || usage_error "'series' takes one directory"
    need_source
    exec "$ROOT/scripts/series.sh" "${1:-$BUILD/series}"
    ;;
export)
    no_arguments "$@"
    exec "$ROOT/scripts/export.sh"
    ;;
deps)
    no_arguments "$@"
    exec "$ROOT/scripts/deps.sh"
    ;;
qemu)
    no_arguments "$@"
    need_qemu emulator
    ;;
guest)
    no_arguments "$@"
    need_guest
    ;;
clean)
    no_arguments "$@"
    exec "$ROOT/scripts/clean.sh"
    ;;
*) usage_error "unknown command '$command'" ;;
esac
