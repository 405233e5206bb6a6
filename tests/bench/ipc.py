#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measure communication between the guest's programs; write a document (JSON) and a report.

Fails when an answer is wrong, when something is missing, or when two runs with -icount don't count
the same. Never for a time, and not for a target.
"""
from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import ipc_plan
import ipc_report
import results
from bench import qemu_version
from boot import GuestError
from ipc_boot import Guest, count
from ipc_boot import time as run_timed
from ipc_document import SCHEMA, Document, per_exchange
from ipc_profile import profile
from ipc_targets import targets


def say(text):
    print(text, flush=True)


def measure(options):
    guest = Guest(options.qemu, options.build)
    plan = ipc_plan.quick() if options.quick else ipc_plan.full()
    groups, profiles, host = {}, {}, results.machine()
    say("==> count guest instructions, twice")
    for boot in plan.counted:
        groups.setdefault(boot.group, []).extend(count(guest, boot))
    for mechanism in plan.profiled:
        say(f"==> profile a round trip: {mechanism}")
        profiles[mechanism] = profile(guest, mechanism)
    for boot in plan.timed:
        say(f"==> time: {boot.group}")
        groups.setdefault(boot.group, []).extend(run_timed(guest, boot))
    fields = {"schema": SCHEMA, "machine": host,
              "qemu": {"path": options.qemu, "version": qemu_version(options.qemu),
                       "series": options.series, "project": options.project},
              "groups": groups, "profiles": profiles}
    fields["targets"] = targets(Document(fields))
    return Document(fields)


def summary(document):
    yield ""
    yield "guest instructions per request and answer, 8 bytes, one hart, receiver blocked"
    for entry in sorted(document.all("receiver", receiver="blocked"), key=per_exchange):
        yield f"{per_exchange(entry):8.0f}  {entry['mechanism']}"
    yield ""
    yield "targets (nothing depends on them)"
    words = {True: "met", False: "missed", None: "not here"}
    for each in document.fields["targets"]:
        yield f"  {words[each['met']]:8}  {each['name']}: {each['got']}; aim: {each['aim']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--build", required=True, help="where build.sh has built guest and plugin")
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--report", required=True, type=Path, help="folder for the report")
    parser.add_argument("--series", default="unknown", help="commit of QEMU's source tree")
    parser.add_argument("--project", default="unknown", help="commit of this project")
    parser.add_argument("--quick", action="store_true", help="a little of everything, to test it")
    parser.add_argument("--again", action="store_true", help="only the report, from the document")
    options = parser.parse_args()
    start = time.monotonic()
    try:
        if options.again:
            document = ipc_report.load(options.output)
            document.fields["targets"] = targets(document)
        else:
            document = measure(options)
            options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(json.dumps(document.fields, indent=1) + "\n", encoding="utf-8")
        ipc_report.write(document, options.report)
    except GuestError as error:
        sys.exit(f"error: {error}")
    print("\n".join(summary(document)))
    print(f"\nwritten to {options.output} and {options.report} in {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
