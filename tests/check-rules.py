#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Check that every rule of the specification has a test that ran and passed.

Reads the rules ("- **AREA-N** sentence") and the table at the end
("| AREA-N | test, test |") of docs/spec.md, and the results of a run ("PASS
name" or "FAIL name", one a line). Prints one line for each problem and exits
with status 1 if there was one.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

RULE = re.compile(r"^- \*\*([A-Z]+-[0-9]+)\*\* ")
ROW = re.compile(r"^\| ([A-Z]+-[0-9]+) \|(.*)\|\s*$")
RESULT = re.compile(r"^(PASS|FAIL) (\S+)$")


def read_spec(text: str) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Return the rule ids and the table's rows (id, test names), in order."""
    rules: list[str] = []
    rows: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if rule := RULE.match(line):
            rules.append(rule[1])
        elif row := ROW.match(line):
            names = row[2].replace("`", "").split(",")
            rows.append((row[1], [name.strip() for name in names if name.strip()]))
    return rules, rows


def read_results(text: str) -> dict[str, bool]:
    """Return test name -> passed; a name that failed once has failed."""
    results: dict[str, bool] = {}
    for line in text.splitlines():
        if match := RESULT.match(line):
            results[match[2]] = match[1] == "PASS" and results.get(match[2], True)
    return results


def check(spec: str, results: str) -> list[str]:
    """Return the problems found, one sentence each."""
    rules, rows = read_spec(spec)
    ran = read_results(results)
    problems: list[str] = []
    if not rules:
        problems.append("no rule found in the specification")
    problems += duplicates(rules, "rule is defined twice")
    problems += duplicates([rule for rule, _ in rows], "rule has two rows in the table")
    tested: set[str] = set()
    for rule, tests in rows:
        if rule not in rules:
            problems.append(f"{rule}: table row for a rule that does not exist")
        if tests:
            tested.add(rule)
        for test in tests:
            if test not in ran:
                problems.append(f"{rule}: test {test} does not exist or did not run")
            elif not ran[test]:
                problems.append(f"{rule}: test {test} did not pass")
    problems += [f"{rule}: no test" for rule in dict.fromkeys(rules) if rule not in tested]
    return problems


def duplicates(ids: list[str], what: str) -> list[str]:
    return [f"{name}: {what}" for name in dict.fromkeys(ids) if ids.count(name) > 1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spec", nargs="?", type=Path, default=Path("docs/spec.md"))
    parser.add_argument("results", nargs="?", type=Path, default=Path("build/results/tests.txt"))
    args = parser.parse_args()
    try:
        spec = args.spec.read_text(encoding="utf-8")
        results = args.results.read_text(encoding="utf-8")
    except OSError as error:
        print(f"check-rules: {error.strerror}: {error.filename}")
        return 1
    problems = check(spec, results)
    for problem in problems:
        print(problem)
    rules, rows = read_spec(spec)
    count = len({test for _, tests in rows for test in tests})
    print(f"{len(rules)} rules, {count} tests named, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
