#!/bin/bash
# SPDX-License-Identifier: MIT
# Where QEMU's source comes from: a given tree, the mirror, or the cache when the mirror's
# index names files that it doesn't have. apt and dpkg-source are stand-ins here.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
project=$temp/project
cache=$temp/cache/riscv-uintr
mkdir -p "$temp/bin" "$temp/given/hw"
echo 'int a;' >"$temp/given/hw/a.c"

# A mirror whose index names 10.0.99 and which has none of its files.
cat >"$temp/bin/apt-get" <<'STUB'
#!/bin/bash
arguments=$*
case $arguments in
*" update")
    lists=${arguments#*Dir::State::lists=}
    touch "${lists%% *}/mirror_Sources"
    ;;
*--print-uris*)
    echo "'http://mirror/q/qemu_10.0.99.dsc' qemu_10.0.99.dsc 9 SHA256:00"
    echo "'http://mirror/q/qemu_10.0.99.orig.tar.xz' qemu_10.0.99.orig.tar.xz 9 SHA256:00"
    ;;
*) exit 100 ;;
esac
STUB
cat >"$temp/bin/dpkg-source" <<'STUB'
#!/bin/bash
mkdir -p "${!#}/debian" && echo 10.0.12 >"${!#}/VERSION" && echo kept >"${!#}/file"
STUB
chmod +x "$temp"/bin/*

fresh_project() {
    rm -rf "$project" "$temp/cache"
    mkdir -p "$project/patches" "$project/build/tools"
    touch "$project/build/tools/complete"
    cp -r "$ROOT/scripts" "$project/"
    cp "$ROOT/patches/base.conf" "$project/patches/"
}

cached_package() {
    mkdir -p "$cache"
    echo content >"$cache/qemu_10.0.12.orig.tar.xz"
    printf 'Version: 1:10.0.12\nChecksums-Sha256:\n %s 8 qemu_10.0.12.orig.tar.xz\nFiles:\n' \
        "$(sha256sum <"$cache/qemu_10.0.12.orig.tar.xz" | cut -d' ' -f1)" \
        >"$cache/qemu_10.0.12.dsc"
}

get_source() { # [DIR|TARBALL]
    (cd "$project" && PATH=$temp/bin:$PATH XDG_CACHE_HOME=$temp/cache scripts/source.sh "${1:-}") \
        >"$temp/out" 2>&1
}

# refused NAME PATTERN [DIR|TARBALL]
refused() {
    if get_source "${3:-}"; then
        fail "tool/source/$1" "was accepted"
    elif ! grep -q -- "$2" "$temp/out"; then
        fail "tool/source/$1" "said: $(cat "$temp/out")"
    elif [ -e "$project/build/qemu-src" ]; then
        fail "tool/source/$1" "left a build/qemu-src behind"
    else
        pass "tool/source/$1"
    fi
}

fresh_project
refused missing-file-is-named "can't be fetched:.* qemu_10.0.99.orig.tar.xz"
refused missing-file-says-what-helps '--qemu-source PATH'

cached_package
echo tampered >"$cache/qemu_10.0.12.orig.tar.xz"
refused tampered-cache-is-not-used "can't be fetched"

cache_helps() {
    fresh_project
    cached_package
    get_source || return 1
    grep -q 'using qemu_10.0.12.dsc of the cache' "$temp/out" &&
        [ "$(git -C "$project/build/qemu-src" ls-files | tr '\n' ' ')" = "VERSION file " ]
}
check tool/source/cache-is-used-when-the-mirror-fails cache_helps

given_tree() {
    local first
    echo 10.0.7 >"$temp/given/VERSION"
    printf '*.c\n' >"$temp/given/.gitignore"
    fresh_project
    get_source "$temp/given" || return 1
    first=$(git -C "$project/build/qemu-src" rev-parse HEAD)
    tar -C "$temp" -czf "$temp/given.tar.gz" given
    fresh_project
    get_source "$temp/given.tar.gz" || return 1
    [ "$(git -C "$project/build/qemu-src" rev-parse HEAD)" = "$first" ] &&
        git -C "$project/build/qemu-src" ls-files --error-unmatch hw/a.c
}
check tool/source/tree-and-tarball-give-the-same-commit given_tree

fresh_project
for version in 9.2.4 10.1.0 10.0.50; do
    echo $version >"$temp/given/VERSION"
    refused "version-$version" "is QEMU $version; the series is for QEMU" "$temp/given"
done
rm "$temp/given/VERSION"
refused not-qemu 'is not a QEMU source tree' "$temp/given"
