#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measure the emulated instructions; write build/results/bench.json and print a table.

Fails when the guest finds a wrong result, when a case is missing, or when two runs with -icount
don't count the same instructions. Never for a time.
"""
from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

import results
from boot import GuestError, Parameters, run
from cases import BOOTS, CASES, COUNTED, LOOP, TARGETS


def expect_cases(boot, outcome, rounds):
    """The guest reported exactly what was asked for."""
    missing = [name for name in boot.cases if len(outcome.of(name)) != rounds + 1]
    surplus = [name for name in outcome.names() if name not in boot.cases]
    if missing or surplus:
        raise GuestError(f"{boot.name}: missing {missing}, not asked for {surplus}")


def entries(boot, unit, figures, operations):
    """The document's entries for {case: samples} of one boot."""
    loop = statistics.median(figures[LOOP])
    for name in boot.cases:
        yield results.entry(f"{boot.name}/{name}", CASES[name], unit, operations[name],
                            figures[name], f"{boot.name}/{boot.baseline}", figures[boot.baseline],
                            None if name == LOOP else loop)


def time(qemu, image, boot, rounds, ops):
    """Host nanoseconds; round 0 is the warm-up."""
    outcome = run(qemu, image, boot.machine, Parameters(rounds, ops, boot.cases))
    expect_cases(boot, outcome, rounds)
    figures = {name: [s.ns for s in outcome.of(name) if s.round > 0] for name in boot.cases}
    operations = {name: outcome.of(name)[0].ops for name in boot.cases}
    return list(entries(boot, "ns", figures, operations))


def count(qemu, image, boot, ops):
    """Guest instructions: what 2N operations need more than N, divided by N; twice."""
    figures = {name: [] for name in boot.cases}
    operations = {}
    for _ in range(2):
        few, many = (run(qemu, image, boot.machine, Parameters(0, n, boot.cases))
                     for n in (ops, 2 * ops))
        expect_cases(boot, few, 0)
        expect_cases(boot, many, 0)
        for name in boot.cases:
            less, more = few.of(name)[0], many.of(name)[0]
            figures[name].append((more.cycles - less.cycles) / (more.ops - less.ops))
            operations[name] = more.ops
    for name, (first, second) in figures.items():
        if first != second:
            raise GuestError(f"{name} took {first} and then {second} instructions with -icount")
    return list(entries(boot, "guest instructions", figures, operations))


def targets(benchmarks):
    """Each aim in three ways: as it is, against the ACLINT loop, scaled to this machine."""
    by_name = {benchmark["name"]: benchmark for benchmark in benchmarks}
    aclint = by_name["plic/self-aclint"]["median"]
    for target in TARGETS:
        benchmark = by_name[f"plic/{target.case}"]
        of = f"{target.share:g} of the fork's {target.reference_ns:g} ns"
        for kind, unit, got, aim, reference in (
                ("ns", "ns", benchmark["median"], target.aim_ns, of),
                ("scaled", "ns", benchmark["median"], target.scaled_ns(aclint),
                 f"the same, this machine's ACLINT loop taken for {target.STOCK_ACLINT_NS:g} ns"),
                ("ratio", "ACLINT loops", benchmark["ratio"]["median"], target.aim_ratio,
                 f"the same, the fork's ACLINT loop is {target.FORK_ACLINT_NS:g} ns")):
            yield {"name": f"{target.case}/{kind}", "aim": aim, "unit": unit, "got": got,
                   "met": got <= aim, "reference": reference}


def qemu_version(qemu):
    text = subprocess.run([qemu, "--version"], capture_output=True, text=True, check=True).stdout
    return text.splitlines()[0].removeprefix("QEMU emulator version ")


def measure(options):
    host = results.machine()
    benchmarks = []
    for boot in BOOTS:
        print(f"==> measure {boot.name}: {len(boot.cases)} cases", flush=True)
        benchmarks += time(options.qemu, options.guest, boot, options.rounds, options.ops)
    print("==> count guest instructions, twice", flush=True)
    benchmarks += count(options.qemu, options.guest, COUNTED, min(options.ops, 8192))
    return {"schema": results.SCHEMA, "machine": host,
            "qemu": {"path": options.qemu, "version": qemu_version(options.qemu),
                     "series": options.series, "project": options.project},
            "benchmarks": benchmarks, "targets": list(targets(benchmarks))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--guest", required=True)
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--series", default="unknown", help="commit of QEMU's source tree")
    parser.add_argument("--project", default="unknown", help="commit of this project")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--ops", type=int, default=200000, help="operations of a fast case")
    options = parser.parse_args()
    try:
        document = measure(options)
    except GuestError as error:
        sys.exit(f"error: {error}")
    results.validate(document)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    host, qemu = document["machine"], document["qemu"]
    print(f"\n{host['processor']}, {host['processors']} processors, {host['system']}, "
          f"load {host['load']:.1f}\nQEMU {qemu['version']}, series {qemu['series']}, "
          f"project {qemu['project']}")
    print("\n".join(results.table(document)))
    print(f"\nwritten to {options.output}")


if __name__ == "__main__":
    main()
