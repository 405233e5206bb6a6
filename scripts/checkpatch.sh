#!/bin/bash
# SPDX-License-Identifier: MIT
# Prints the path of the strictest checkpatch.pl to be had: the one of QEMU 10.2 (or
# newer) out of Debian's source packages, kept in the cache; else the tree's own.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt-private.sh
. "$ROOT/scripts/apt-private.sh"

suites=trixie-backports+sid

# Tries the versions that the index names, 10.2 first: a mirror need not have all files.
fetch_checkpatch() {
    local dir=$CACHE/checkpatch.new version versions
    private_apt_update $suites
    versions=$(private_apt $suites apt-cache showsrc qemu |
        sed -n 's/^Version: //p' | sort -urV)
    rm -rf "$dir"
    mkdir -p "$dir"
    cd "$dir"
    for version in $(grep ':10\.2\.' <<<"$versions" || true) $(grep -v ':10\.' <<<"$versions" || true); do
        echo "trying $version"
        if private_apt $suites apt-get source --tar-only --download-only "qemu=$version"; then
            version=${version#*:}
            # Not those of the firmware sources further down.
            tar -xJf ./*.orig.tar.xz --wildcards --no-wildcards-match-slash \
                '*/scripts/checkpatch.pl' -O >checkpatch.pl
            perl -wc checkpatch.pl
            mv checkpatch.pl "$CACHE/checkpatch-${version%%+*}.pl"
            cd "$CACHE"
            rm -rf "$dir"
            return 0
        fi
    done
    return 1
}

cached() {
    [ -d "$CACHE" ] || return 0
    find "$CACHE" -maxdepth 1 -name 'checkpatch-*.pl' | sort -V | head -1
}

script=$(cached)
if [ -z "$script" ]; then
    mkdir -p "$LOGS"
    attempt "$LOGS/checkpatch-fetch.log" fetch_checkpatch
    script=$(cached)
fi
if [ -z "$script" ]; then
    script=$QEMU_SRC/scripts/checkpatch.pl
    note "checkpatch of QEMU 10.2 or newer can't be fetched ($LOGS/checkpatch-fetch.log);
  using the less strict one of the tree"
fi
printf '%s\n' "$script"
