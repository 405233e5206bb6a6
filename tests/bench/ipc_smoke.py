#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A little of `bench ipc`: it works, and it notices when something doesn't.

Prints PASS or FAIL with a name, one a line. No time matters here, and no target.
"""
from __future__ import annotations

import argparse
import copy
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
from pathlib import Path

import ipc_boot
import ipc_plots
import ipc_report
from boot import GuestError
from ipc_document import Document, count, per_exchange
from ipc_plan import Boot
from smoke import Verdicts

MECHANISMS = {"call", "futex", "eventfd", "pipe", "queue", "signal", "uipi", "handover", "upipe", "lazy-upipe",
              "uqueue", "lazy-uqueue", "usignal", "channel"}


def short_run(options, folder):
    """Every boot twice where instructions are counted: ipc.py compares them."""
    document = folder / "ipc.json"
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("ipc.py")), "--quick", "--qemu", options.qemu, "--build",
         options.build, "--output", str(document), "--report", str(folder / "report")],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"ipc.py: status {done.returncode}: {done.stdout}{done.stderr}")
    return ipc_report.load(document)


def everything_is_measured(document):
    for group in ("receiver", "across"):
        found = {entry["mechanism"] for entry in document.all(group, receiver="blocked")}
        assert found == MECHANISMS, (group, found ^ MECHANISMS)
    assert {entry["mechanism"] for entry in document.group("itself")} == {
        "eventfd", "pipe", "queue", "signal", "uipi", "usignal"}
    for entry in document.group("receiver"):
        parts = sum(count(entry, name) for name in ("user", "handler", "kernel", "firmware"))
        # The window has the loop around the rounds, the samples haven't.
        assert abs(parts - per_exchange(entry)) < 0.02 * per_exchange(entry) + 20, entry


def counts_are_right(document):
    """What can be said without measuring."""
    def counts(group, name, **what):
        return document.one(group, name, **what)["counts"]

    for name, system_calls, sent in (("call", 2, 0), ("pipe", 4, 0), ("uipi", 2, 2), ("channel", 2, 0)):
        found = counts("receiver", name, receiver="blocked")
        assert (found["system_calls"], found["uipi_sent"]) == (system_calls, sent), (name, found)
        assert found["space_switches"] == 2, (name, found)
    itself = counts("itself", "uipi")
    assert (itself["uipi_sent"], itself["interrupts_taken"], itself["traps"]) == (1, 1, 0), itself
    size = document.one("size", "pipe", size=4096)["counts"]["bytes_copied"]
    assert size == 4 * 4096, size


def report_is_complete(folder):
    report = folder / "report"
    text = (report / "README.md").read_text(encoding="utf-8")
    for name in ipc_plots.PLOTS:
        assert f"]({name})" in text, name
        root = xml.etree.ElementTree.parse(report / name).getroot()
        assert root.tag.endswith("svg") and len(list(root.iter())) > 50, name
    for heading in ("Targets", "Others' figures", "Method", "Everything that is counted", "Requests in flight",
                    "Sizes", "Key-value server", "Time"):
        assert f"\n## {heading}\n" in text, heading
    for word in ("nan", "None", "inf"):
        assert f" {word} " not in text, word


def refused(reason, function, *arguments):
    try:
        function(*arguments)
    except GuestError as error:
        assert reason in str(error), error
    else:
        raise AssertionError(f"no error; expected: {reason}")


def failures_are_noticed(guest):
    refused("status 2", ipc_boot.time, guest, Boot("x", "pingpong nonsense"))
    refused("status 2", ipc_boot.time, guest, Boot("x", "pingpong signal --depth 2"))
    refused("status 127", ipc_boot.time, guest, Boot("x", "nonsense"))
    refused("measured nothing", ipc_boot.time, guest, Boot("x", "echo"))
    refused("no end after 3 s", ipc_boot.time, guest, Boot("x", "sleep 1000", timeout=3))
    line = ('{"mechanism": "call", "wrong": 1}')
    refused("wrong answers", ipc_boot.entries_of, line, "x")


def builds_are_noticed(options):
    guest = ipc_boot.Guest(options.qemu, options.build)
    guest.built = [0, 0]
    refused("built anew", ipc_boot.time, guest, Boot("x", "pingpong call --rounds 3"))


class Unsteady(ipc_boot.Guest):
    """Its second run has a round trip more or less than the first."""

    runs = 0

    def run(self, boot, extra=()):
        self.runs += 1
        command = f"{boot.command} --rounds {3 + self.runs}"
        return super().run(Boot(boot.group, command), extra)


def differences_are_noticed(options):
    refused("two runs with -icount differ", ipc_boot.count, Unsteady(options.qemu, options.build),
            Boot("x", "pingpong call"))


def bad_plots_are_noticed(document, folder):
    """gnuplot's complaints are errors."""
    broken = copy.deepcopy(document.fields)
    for entry in broken["groups"]["depth"]:
        entry["median"] = float("nan")
    try:
        ipc_plots.draw_all(Document(broken), folder)
    except (GuestError, ValueError):
        return
    raise AssertionError("a plot of nothing")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--build", required=True)
    options = parser.parse_args()
    verdicts = Verdicts("ipc-")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        document = verdicts.of(short_run, options, folder)
        if document:
            verdicts.of(everything_is_measured, document)
            verdicts.of(counts_are_right, document)
            verdicts.of(report_is_complete, folder)
            verdicts.of(bad_plots_are_noticed, document, folder)
    verdicts.of(failures_are_noticed, ipc_boot.Guest(options.qemu, options.build))
    verdicts.of(differences_are_noticed, options)
    verdicts.of(builds_are_noticed, options)
    sys.exit(verdicts.bad)


if __name__ == "__main__":
    main()
