#!/bin/bash
# SPDX-License-Identifier: MIT
# lint-bisect.sh BASE TIP: every commit in between builds for all three targets and passes
# the qtests and TCG tests that its own tree has. All are tried, also after one that failed;
# one that passed before isn't tried again.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/qemu-lib.sh
. "$ROOT/scripts/qemu-lib.sh"
# shellcheck source=scripts/tree-lib.sh
. "$ROOT/scripts/tree-lib.sh"

use_tree "$BUILD/lint"
passed=$BUILD/lint/passed
base=$1
tip=$2
runner=$(runner_key | hash_text)

use_build_tools
mkdir -p "$passed" "$LOGS"

build_commit() { # COMMIT
    checkout_tree "$1"
    build_everything
    touch "$passed/$1.all"
}

# try LOG COMMAND...: as attempt, with what failed shown.
try() {
    attempt "$@"
    [ "$attempt_status" -ne 0 ] || return 0
    # Each line once: a suite's verdict is said by the suite and again at its end.
    awk '/^FAIL |error:|FAILED:/ && !seen[$0]++ && ++lines <= 20' "$1" >"$1.short"
    if [ -s "$1.short" ]; then cat "$1.short"; else tail -n 10 "$1"; fi
    rm "$1.short"
    printf '    log: %s\n' "$1"
    good=
}

try_commit() { # COMMIT LOG
    local start=$SECONDS suite counts=()
    good=yes
    try "$2-build.log" build_commit "$1"
    for suite in qtest tcg; do
        [ -n "$good" ] || break
        try "$2-$suite.log" run_suite "$suite"
        if [ -n "$good" ]; then
            # attempt runs it in a shell of its own.
            run_suite "$suite"
            counts+=("$(grep -c '^PASS ' "$verdicts") $suite")
        fi
    done
    if [ -n "$good" ]; then
        printf '%s\n' "${counts[*]}" >"$passed/$1.$runner"
        printf '    builds; tests passed: %s (%s)\n' "${counts[*]}" "$(elapsed $((SECONDS - start)))"
    fi
}

mapfile -t commits < <(git -C "$QEMU_SRC" rev-list --reverse "$base..$tip")
number=0
bad=()
for commit in "${commits[@]}"; do
    number=$((number + 1))
    title="$number/${#commits[@]} $(git -C "$QEMU_SRC" log -1 --format=%s "$commit")"
    printf '==> %s\n' "$title"
    if [ -e "$passed/$commit.$runner" ]; then
        printf '    passed before: %s\n' "$(cat "$passed/$commit.$runner")"
        continue
    fi
    tree_ready "$base" || step "configure a tree for patch builds" lint-configure prepare_tree "$base"
    try_commit "$commit" "$LOGS/bisect-$number"
    [ -n "$good" ] || bad+=("$title")
done
if [ ${#bad[@]} -gt 0 ]; then
    printf 'patches that fail to build or to pass their tests:\n'
    printf '    %s\n' "${bad[@]}"
fi
printf 'bisect: %d patches, %d failed\n' "${#commits[@]}" "${#bad[@]}"
[ ${#bad[@]} -eq 0 ] && [ ${#commits[@]} -gt 0 ]
