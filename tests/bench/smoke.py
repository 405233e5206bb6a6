#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A short run of the benchmarks: they work, and they notice when something doesn't.

Prints PASS or FAIL with a name, one a line. No figure of time matters here.
"""
from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import boot
import cases
import results

OPS = 4096  # so that the slowest case does 64
ROUNDS = 2


def short_run(options, folder):
    """The document that bench.py writes, read back."""
    output = Path(folder, "bench.json")
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("bench.py")), "--qemu", options.qemu,
         "--guest", options.guest, "--output", str(output), "--rounds", str(ROUNDS),
         "--ops", str(OPS)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"bench.py: status {done.returncode}: {done.stdout}{done.stderr}")
    return json.loads(output.read_text(encoding="utf-8")), done.stdout


def every_case_reports(document):
    wanted = {f"{each.name}/{case}" for each in (*cases.BOOTS, cases.COUNTED)
              for case in each.cases}
    got = [benchmark["name"] for benchmark in document["benchmarks"]]
    assert sorted(got) == sorted(wanted), set(got) ^ wanted
    for benchmark in document["benchmarks"]:
        assert benchmark["rounds"] == 2, benchmark


def json_is_as_documented(document):
    results.validate(document)
    assert len(document["targets"]) == 3 * len(cases.TARGETS)
    assert document["qemu"]["version"].startswith("10."), document["qemu"]


def table_shows_every_case(document, text):
    for benchmark in document["benchmarks"]:
        group, case = benchmark["name"].split("/")
        assert f"\n{group}: " in text and f"\n  {case} " in text, benchmark["name"]
    for target in document["targets"]:
        assert f"\n  {target['name']} " in text, target["name"]


# Instructions of the loops and handlers as they stand in guest/*.S, counted by hand.
COUNTS = {"loop-empty": 2, "loop-csr": 4, "send-pending": 4, "send-active-own": 4,
          "post-by-store": 3, "self-read": 9, "self-claim": 9, "self-uip": 6, "self-ssip": 6,
          "self-aclint": 8, "doorbell": 13}


def icount_counts_what_is_there(document):
    """Two runs gave equal counts or bench.py had failed; they are the right ones as well."""
    by_name = {benchmark["name"]: benchmark for benchmark in document["benchmarks"]}
    for case, count in COUNTS.items():
        assert by_name[f"icount/{case}"]["samples"] == [count, count], by_name[f"icount/{case}"]


def refused(options, reason, names=(), receiver=boot.LAST_RECEIVER, extra=(), timeout=60):
    try:
        boot.run(options.qemu, options.guest, boot.Machine(harts=4),
                 boot.Parameters(0, OPS, names, receiver), extra=extra, timeout=timeout)
    except boot.GuestError as error:
        assert reason in str(error), error
    else:
        raise AssertionError(f"no error; expected: {reason}")


def lost_posts_are_noticed(options):
    """Every send of a case goes to a receiver that doesn't exist."""
    for case, what in (("send-pending", "sum"), ("send-fresh", "sum"), ("send-active-own", "sum"),
                       ("self-read", "entries"), ("self-claim", "entries"),
                       ("doorbell", "entries"), ("senders-shared-4", "sum")):
        refused(options, f"wrong {case} {what} expected", (case,), receiver=512)


def missing_device_is_noticed(options):
    """Without the controller the guest's first access to it traps."""
    refused(options, "trap cause 5", extra=("-M", "virt,uintc=off"))


def hang_is_noticed(options):
    """The answers of ping-pong go to a receiver that doesn't exist, and so never come."""
    refused(options, "no end after 3 s", ("ping-pong",), receiver=512, timeout=3)


class Verdicts:
    """Runs a check and says PASS or FAIL with its name."""

    bad = 0

    def __init__(self, prefix=""):
        self.prefix = prefix

    def of(self, function, *arguments):
        verdict, value = "PASS", None
        try:
            value = function(*arguments)
        except (AssertionError, ValueError, KeyError, TypeError, OSError, boot.GuestError):
            traceback.print_exc(file=sys.stdout)
            verdict, self.bad = "FAIL", 1
        name = self.prefix + function.__name__.replace("_", "-")
        print(f"{verdict} bench/{name}", flush=True)
        return value


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--guest", required=True)
    options = parser.parse_args()
    verdicts = Verdicts()
    with tempfile.TemporaryDirectory() as folder:
        short = verdicts.of(short_run, options, folder)
    if short:
        document, text = short
        verdicts.of(every_case_reports, document)
        verdicts.of(json_is_as_documented, document)
        verdicts.of(table_shows_every_case, document, text)
        verdicts.of(icount_counts_what_is_there, document)
    verdicts.of(lost_posts_are_noticed, options)
    verdicts.of(missing_device_is_noticed, options)
    verdicts.of(hang_is_noticed, options)
    sys.exit(verdicts.bad)


if __name__ == "__main__":
    main()
