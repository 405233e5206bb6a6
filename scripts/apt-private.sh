# SPDX-License-Identifier: MIT
# An apt of our own under build/apt, made from the machine's configured Debian
# mirror but with another suite. The system's apt configuration isn't touched.
# Sourced after lib.sh. APT_ARCHITECTURE, if set, is whose binary packages it has.
# shellcheck shell=bash

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror that the machine gets its own release from.
debian_mirror() {
    local codename mirror
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    mirror=$(
        { cat /etc/apt/sources.list.d/*.sources 2>/dev/null || true; } |
            awk -v RS= -v code="$codename" '{
                uri = ""; suites = ""; off = 0
                n = split($0, line, "\n")
                for (i = 1; i <= n; i++) {
                    if (line[i] ~ /^URIs:/) { split(line[i], word, " "); uri = word[2] }
                    if (line[i] ~ /^Suites:/) suites = substr(line[i], 8) " "
                    if (line[i] ~ /^Enabled: *no/) off = 1
                }
                if (!off && uri != "" && index(suites, " " code " ")) { print uri; exit }
            }'
        { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true; } |
            sed -n 's/^deb  *\(\[[^]]*\] *\)\{0,1\}//p' |
            awk -v code="$codename" '$2 == code { print $1; exit }'
    )
    mirror=${mirror%%$'\n'*}
    [ -n "$mirror" ] || die "no Debian mirror for this release in /etc/apt;
  ./build.sh --qemu-source DIR|TARBALL uses a QEMU source that you have"
    printf '%s\n' "${mirror%/}"
}

# private_apt SUITES COMMAND...: runs apt-get or apt-cache with the private lists.
private_apt() {
    local dir=$BUILD/apt/$1${APT_ARCHITECTURE:+.$APT_ARCHITECTURE} command=$2
    local architecture=${APT_ARCHITECTURE:-$(dpkg --print-architecture)}
    shift 2
    "$command" -q -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State::lists="$dir/lists" -o Dir::Cache="$dir/cache" \
        -o Dir::State::status=/dev/null -o APT::Sandbox::User="$(id -un)" \
        -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" "$@"
}

# private_apt_update SUITE[+SUITE...]: once in the life of a build folder.
private_apt_update() {
    local dir=$BUILD/apt/$1${APT_ARCHITECTURE:+.$APT_ARCHITECTURE} kind suite mirror
    [ ! -e "$dir/updated" ] || return 0
    [ -e "$KEYRING" ] || die "$KEYRING is missing (package debian-archive-keyring)"
    mirror=$(debian_mirror)
    mkdir -p "$dir"/lists/partial "$dir"/cache/archives/partial
    for suite in ${1//+/ }; do
        [ -n "${APT_ARCHITECTURE:-}" ] ||
            printf 'deb-src [signed-by=%s] %s %s main\n' "$KEYRING" "$mirror" "$suite"
        printf 'deb [signed-by=%s] %s %s main\n' "$KEYRING" "$mirror" "$suite"
    done >"$dir/sources.list"
    # One suite may be missing on the mirror: what counts is that an index came.
    private_apt "$1" apt-get update || true
    kind=Sources
    [ -z "${APT_ARCHITECTURE:-}" ] || kind=Packages
    [ -n "$(find "$dir/lists" -maxdepth 1 -name "*_$kind*")" ] || return 1
    touch "$dir/updated"
}
