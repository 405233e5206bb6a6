#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run QEMU's qtest programs for riscv64 and append a verdict a line to the results.

A program whose source is in the overlay is reported case by case
(qtest/<program>/<GLib path>), one of QEMU's own as a whole
(qemu/<meson test name>). A skipped case has failed unless the list of allowed
omissions names it; so has a program that dies, times out or runs nothing.

On a build with sanitizers, a program whose QEMU wrote a report has failed,
whatever its cases say; the reports are looked for in files, because a test
may read its QEMU's standard error itself.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

CASE = re.compile(r"^\s*(not )?ok \d+ (?:- )?(\S+)(.*)$")
# Not the warning of swapcontext that AddressSanitizer writes for every QEMU
REPORT = re.compile(r"ERROR: |SUMMARY: |runtime error: ")
PLAN = re.compile(r"^1\.\.(\d+)")


@dataclass
class Outcome:
    """What one program printed and how it ended."""

    cases: list[tuple[str, str]] = field(default_factory=list)  # (path, pass|fail|skip)
    trouble: str = ""
    output: str = ""


def parse_tap(text: str) -> tuple[list[tuple[str, str]], int | None]:
    """Return the cases with their verdicts, and how many were planned."""
    cases: list[tuple[str, str]] = []
    plan: int | None = None
    for line in text.splitlines():
        if match := PLAN.match(line):
            plan = int(match[1])
        elif match := CASE.match(line):
            verdict = "fail" if match[1] else "skip" if "# SKIP" in match[3] else "pass"
            cases.append((match[2].lstrip("/"), verdict))
    return cases, plan


def report_options(path: Path) -> dict[str, str]:
    """Have the sanitizers write their reports to files that start with path."""
    return {
        name: f"{os.environ.get(name, '')}:log_path={path}"
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS")
    }


def run(test: dict, options: argparse.Namespace) -> Outcome:
    """Run one program with the environment that Meson gives it."""
    outcome = Outcome()
    environment = {**os.environ, **test["env"]}
    if options.qemu:
        environment["QTEST_QEMU_BINARY"] = str(options.qemu)
    reports = None
    if options.reports:
        reports = options.reports / test["name"].split("/")[-1]
        environment.update(report_options(reports))
    try:
        done = subprocess.run(
            test["cmd"] + (["-p", options.case[1]] if options.case else []),
            cwd=options.build,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=test["timeout"] * options.slower,
            text=True,
            errors="replace",
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        outcome.trouble = str(error)
        return outcome
    outcome.output = done.stdout
    outcome.cases, plan = parse_tap(done.stdout)
    if done.returncode != 0:
        outcome.trouble = f"exit status {done.returncode}"
    elif not outcome.cases:
        outcome.trouble = "ran no test case"
    elif plan != len(outcome.cases):
        outcome.trouble = f"planned {plan} cases, reported {len(outcome.cases)}"
    if reports:
        for path in sorted(reports.parent.glob(f"{reports.name}.*")):
            text = path.read_text(errors="replace")
            if REPORT.search(text):
                outcome.trouble = "a sanitizer's report"
                outcome.output += text
    return outcome


def verdicts(test: dict, outcome: Outcome, ours: bool, allowed: set[str]) -> list[tuple[str, str]]:
    """Return (PASS|FAIL, name) for what is reported of one program."""
    if not ours:
        failed = outcome.trouble or any(verdict == "fail" for _, verdict in outcome.cases)
        return [("FAIL" if failed else "PASS", "qemu/" + test["name"])]
    prefix = "qtest/" + test["name"].split("/")[-1]
    lines = []
    for path, verdict in outcome.cases:
        # GLib names start with /<architecture>/.
        name = f"{prefix}/{path.removeprefix('riscv64/')}"
        if verdict == "skip" and name in allowed:
            continue
        lines.append(("PASS" if verdict == "pass" else "FAIL", name))
    if outcome.trouble and not any(verdict == "FAIL" for verdict, _ in lines):
        lines.append(("FAIL", prefix))
    return lines


def is_ours(test: dict, overlay: Path) -> bool:
    """Is the program's source in the overlay?"""
    return (overlay / (test["name"].split("/")[-1] + ".c")).exists()


def main() -> int:
    """Parse the arguments, run the programs, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--overlay", type=Path, required=True)
    parser.add_argument("--allow", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--only-ours", action="store_true", help="leave out QEMU's own")
    parser.add_argument("--prefix", default="", help="what the names in the results begin with")
    parser.add_argument("--reports", type=Path, help="folder for the sanitizers' reports")
    parser.add_argument("--qemu", type=Path, help="another emulator than the build folder's")
    parser.add_argument("--case", nargs=2, metavar=("PROGRAM", "PATH"), help="run one case only")
    parser.add_argument("--slower", type=int, default=1, help="multiplies the time-outs")
    options = parser.parse_args()

    allowed = {
        line.split()[0]
        for line in options.allow.read_text().splitlines()
        if line.strip() and not line.startswith("#")
    }
    listed = subprocess.run(
        ["meson", "introspect", "--tests", str(options.build)],
        stdout=subprocess.PIPE,
        check=True,
    )
    tests = [
        test
        for test in json.loads(listed.stdout)
        if any(suite.endswith("qtest-riscv64") for suite in test["suite"])
        and "qemu/" + test["name"] not in allowed
        and (not options.only_ours or is_ours(test, options.overlay))
        and (not options.case or test["name"].split("/")[-1] == options.case[0])
    ]
    if not tests:
        print("error: the build folder has no qtests for riscv64")
        return 1
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = pool.map(lambda test: run(test, options), tests)
        for test, outcome in zip(tests, outcomes):
            lines = verdicts(test, outcome, is_ours(test, options.overlay), allowed)
            if any(verdict == "FAIL" for verdict, _ in lines):
                print(f"---- {test['name']} {outcome.trouble}\n{outcome.output}----")
            with options.results.open("a") as results:
                for verdict, name in lines:
                    line = f"{verdict} {options.prefix}{name}"
                    print(line)
                    results.write(line + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
