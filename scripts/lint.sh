#!/bin/bash
# SPDX-License-Identifier: MIT
# lint.sh: everything that can be said about the sources without running them, and that
# every patch of the series builds.
# lint.sh bisect: every patch builds and passes its tests. lint.sh newest: so does the whole
# on a newer QEMU.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/series-lib.sh
. "$ROOT/scripts/series-lib.sh"

if [ $# -gt 0 ]; then
    base=$(base_commit)
    tip=$(series_tool compose "$base")
    exec "$ROOT/scripts/lint-$1.sh" "$base" "$tip"
fi

# Files of this project, also those not yet known to git: no build products.
project_files() { # FIND-EXPRESSION...
    (cd "$ROOT" && find . \( -path ./build -o -path ./.git -o -name __pycache__ \) -prune -o \
        -type f "$@" -print | sort)
}

lint_shell() {
    cd "$ROOT"
    project_files \( -name '*.sh' -o -path ./.ci/run \) | xargs -d '\n' shellcheck -x
}

lint_format() {
    cd "$ROOT"
    project_files \( -path './guest-kernel/*' -o -path './user/*' -o -path './tests/*' -o \
        -path './tools/*' \) \
        -name '*.[ch]' | xargs -r -d '\n' clang-format --dry-run -Werror
}

# qemu/, patches/ and plugins are QEMU's licence, all else is MIT. Texts of licences and mails have none.
lint_licence() {
    local file want bad=0
    while read -r file; do
        case $file in
        ./LICENSE | ./LICENSES/* | ./patches/*.patch | ./patches/cover-letter.txt) continue ;;
        ./qemu/* | ./patches/* | ./tools/attribution/*.[ch]) want=GPL-2.0-or-later ;;
        *) want=MIT ;;
        esac
        grep -Iq . "$ROOT/$file" || continue
        if ! head -n 20 "$ROOT/$file" | grep -q "SPDX-License-Identifier: $want\b"; then
            echo "$file: no line SPDX-License-Identifier: $want"
            bad=1
        fi
    done < <(project_files)
    return $bad
}

lint_claims() {
    local problems
    problems=$(series_tool claims)
    printf '%s\n' "$problems"
    [ -z "$problems" ]
}

lint_checkpatch() {
    local script=$1 commit verdict bad=0
    for commit in $(qgit rev-list --reverse "$base..$tip"); do
        verdict=$(qgit format-patch -1 --stdout --no-renames --no-signature "$commit" |
            perl "$script" --root="$QEMU_SRC" --strict --no-signoff - || true)
        if ! grep -q '^total: 0 errors, 0 warnings, ' <<<"$verdict"; then
            printf '== %s\n%s\n' "$(qgit log -1 --format=%s "$commit")" "$verdict"
            bad=1
        fi
    done
    return $bad
}

step "shellcheck" lint-shell lint_shell
step "clang-format" lint-format lint_format
step "licence lines" lint-licence lint_licence
step "every file of qemu/ in one patch" lint-claims lint_claims
step "series: no fuzz, no offset, exact round trip" lint-series "$ROOT/scripts/round-trip.sh"

base=$(base_commit)
tip=$(series_tool compose "$base")
checkpatch=$("$ROOT/scripts/checkpatch.sh")
step "checkpatch (${checkpatch##*/})" lint-checkpatch lint_checkpatch "$checkpatch"
"$ROOT/scripts/lint-builds.sh" "$base" "$tip"
echo "lint: nothing to complain about"
