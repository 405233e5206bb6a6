#!/bin/bash
# SPDX-License-Identifier: MIT
# source.sh [DIR|TARBALL]: QEMU's source as a git repository with one base commit in
# build/qemu-src, and Meson in build/tools. Downloads are kept in the user's cache.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series-lib.sh
. "$ROOT/scripts/series-lib.sh"
# shellcheck source=scripts/apt-private.sh
. "$ROOT/scripts/apt-private.sh"

# Is the source package described by this .dsc in the same folder, whole and right?
dsc_complete() {
    [ -f "$1" ] && sed -n '/^Checksums-Sha256:/,/^[^ ]/s/^ \([0-9a-f]\{64\}\) [0-9]* \(.*\)/\1  \2/p' "$1" |
        (cd "$(dirname "$1")" && sha256sum --status --strict -c -)
}

# The newest whole source package of the accepted series in the cache.
cached_dsc() {
    local dsc
    while read -r dsc; do
        if dsc_complete "$dsc"; then
            echo "$dsc"
            return
        fi
    done < <(find "$CACHE" -name "${BASE_PACKAGE}_$1*.dsc" 2>/dev/null | sort -rV)
}

# Into the cache: what of the package isn't there yet. Each file is checked by apt
# against the signed index; what failed is named at the end.
download_package() {
    local uris file digest missing=
    private_apt_update "$BASE_SUITE"
    mkdir -p "$CACHE"
    cd "$CACHE"
    uris=$(private_apt "$BASE_SUITE" apt-get source --print-uris "$BASE_PACKAGE" | grep "^'")
    printf '%s\n' "$uris"
    # With one file missing on the mirror apt still fetches the others.
    private_apt "$BASE_SUITE" apt-get source --download-only "$BASE_PACKAGE" || true
    while read -r _ file _ digest; do
        if [ ! -f "$file" ]; then
            missing+=" $file"
        elif [ "${digest#SHA256:}" != "$(sha256sum <"$file" | cut -d' ' -f1)" ]; then
            rm "$file"
            missing+=" $file(wrong digest)"
        fi
    done <<<"$uris"
    if [ -n "$missing" ]; then
        echo "the index of $BASE_SUITE names these files of source package $BASE_PACKAGE," \
            "but they can't be fetched:$missing"
        return 1
    fi
}

unpack_package() {
    # The .dsc was checked by apt's signed index, the files by the .dsc.
    dpkg-source --no-check --no-copy -x "$1" "$QEMU_SRC.new"
    rm -rf "$QEMU_SRC.new/.pc" "$QEMU_SRC.new/debian"
}

unpack_given() {
    mkdir -p "$QEMU_SRC.new"
    if [ -d "$1" ]; then
        tar -C "$1" --exclude=./.git --exclude=./build -cf - . | tar -C "$QEMU_SRC.new" -xf -
    else
        tar -C "$QEMU_SRC.new" --strip-components=1 -xf "$1"
    fi
}

# One commit, the same on every machine for the same files.
base_commit_of() {
    local name=$1
    cd "$QEMU_SRC.new"
    git init -q -b uintr
    git config gc.auto 0
    git config user.name "$SERIES_AUTHOR"
    git config user.email "$SERIES_EMAIL"
    # -f: QEMU's .gitignore names files that its source package contains.
    git add -A -f
    GIT_AUTHOR_DATE="@$SERIES_EPOCH +0000" GIT_COMMITTER_DATE="@$SERIES_EPOCH +0000" \
        git commit -q --no-verify -m "QEMU $name"
    mv "$QEMU_SRC.new" "$QEMU_SRC"
}

accept_version() {
    local version
    version=$(cat "$QEMU_SRC.new/VERSION" 2>/dev/null || true)
    [ -n "$version" ] || die "$1 is not a QEMU source tree (no VERSION file)"
    # x.y.50 and above are development versions of the next series.
    case $version in
    "$BASE_SERIES".[0-9] | "$BASE_SERIES".[1-4][0-9]) ;;
    *) die "$1 is QEMU $version; the series is for QEMU $BASE_SERIES.x" ;;
    esac
}

get_source() {
    local given=$1 dsc
    rm -rf "$QEMU_SRC.new"
    mkdir -p "$BUILD"
    if [ -n "$given" ]; then
        step "unpack ${given##*/}" unpack unpack_given "$given"
        accept_version "$given"
        step "base commit" base-commit base_commit_of "$(cat "$QEMU_SRC.new/VERSION")"
        printf '%s\n' "$given" >"$QEMU_SRC/.git/riscv-uintr-source"
        return
    fi
    dsc=$(cached_dsc "$BASE_VERSION")
    if [ -z "$dsc" ]; then
        # Not by step: a failure here has a second way out.
        mkdir -p "$LOGS"
        echo "==> fetch the $BASE_PACKAGE source package of Debian $BASE_SUITE"
        attempt "$LOGS/fetch.log" download_package
        dsc=$(cached_dsc "$BASE_SERIES")
        if [ "$attempt_status" -ne 0 ] && [ -n "$dsc" ]; then
            note "fetching failed ($LOGS/fetch.log); using ${dsc##*/} of the cache"
        fi
    fi
    if [ -z "$dsc" ]; then
        tail -n 8 "$LOGS/fetch.log" >&2
        die "no source package $BASE_PACKAGE $BASE_SERIES.x, neither from the mirror nor in $CACHE.
  With a QEMU $BASE_SERIES.x tree or tarball from elsewhere: ./build.sh --qemu-source PATH COMMAND
  Full log: $LOGS/fetch.log"
    fi
    step "unpack ${dsc##*/}" unpack unpack_package "$dsc"
    accept_version "${dsc##*/}"
    step "base commit" base-commit base_commit_of \
        "$(cat "$QEMU_SRC.new/VERSION") (Debian $(sed -n 's/^Version: //p' "$dsc"))"
}

# Meson 1.5 or newer: the machine's own, or the one of BASE_SUITE unpacked.
tools=(meson python3-pycotap)

download_tools() {
    private_apt_update "$BASE_SUITE"
    mkdir -p "$CACHE"
    cd "$CACHE"
    # A fetched .deb was checked by apt; keep its digest for the day without an index.
    private_apt "$BASE_SUITE" apt-get download "${tools[@]}"
    sha256sum ./*.deb >debs.sha256
}

unpack_tools() {
    local tool deb
    for tool in "${tools[@]}"; do
        deb=$(cd "$CACHE" && find . -name "${tool}_*.deb" | sort -V | tail -1)
        (cd "$CACHE" && grep -F "  $deb" debs.sha256 | sha256sum -c -)
        rm -rf "$BUILD/tools/$tool"
        mkdir -p "$BUILD/tools/$tool"
        dpkg-deb -x "$CACHE/$deb" "$BUILD/tools/$tool"
    done
    touch "$BUILD/tools/complete"
}

get_tools() {
    local version
    version=$(/usr/bin/meson --version 2>/dev/null || echo 0)
    ! dpkg --compare-versions "$version" ge 1.5 || return 0
    [ ! -e "$BUILD/tools/complete" ] || return 0
    if ! compgen -G "$CACHE/meson_*.deb" >/dev/null ||
        ! compgen -G "$CACHE/python3-pycotap_*.deb" >/dev/null; then
        step "fetch Meson of Debian $BASE_SUITE" fetch-tools download_tools
    fi
    step "unpack Meson" unpack-tools unpack_tools
}

given=${1:-}
if [ -d "$QEMU_SRC/.git" ] && [ -n "$given" ] &&
    [ "$(cat "$QEMU_SRC/.git/riscv-uintr-source" 2>/dev/null || true)" != "$given" ]; then
    work=$(unexported)
    [ -z "$work" ] || die "build/qemu-src is another tree and has ${work//$'\n'/, }:
  ./build.sh export them, or remove the folder yourself"
    rm -rf "$QEMU_SRC"
fi
[ -d "$QEMU_SRC/.git" ] || get_source "$given"
get_tools
