# SPDX-License-Identifier: MIT
"""From samples to a document (JSON) and a table.

The document, version 1:

    schema       1
    machine      processor, processors, system, load (average when it began)
    qemu         path, version, series (commit of its source tree), project (commit of this one)
    benchmarks   a list; every entry has
        name       unique; group/case
        title      what one operation is
        unit       "ns", "guest instructions", ...: per operation, raw, with the loop around it
        rounds     number of samples
        operations in one sample
        samples    one figure per round
        min q1 median q3 max    of the samples
        net        median less the median of the group's empty loop; null for that loop itself
        baseline   the entry that ratio compares with, of the same boot
        ratio      {min, q1, median, q3, max} of sample / baseline's sample of the same round
    targets      a list of {name, aim, unit, got, met, reference}

Other benchmarks add entries and keep these fields.
"""
from __future__ import annotations

import os
import platform
import re
import statistics
from pathlib import Path

SCHEMA = 1
SUMMARY = ("min", "q1", "median", "q3", "max")
ENTRY = {
    "name": str, "title": str, "unit": str, "rounds": int, "operations": int, "samples": list,
    "min": float, "q1": float, "median": float, "q3": float, "max": float,
    "net": (float, type(None)), "baseline": str, "ratio": dict,
}
TARGET = {"name": str, "aim": float, "unit": str, "got": float, "met": bool, "reference": str}
MACHINE = {"processor": str, "processors": int, "system": str, "load": float}
QEMU = {"path": str, "version": str, "series": str, "project": str}


def summary(samples):
    """Minimum, quartiles and maximum, with the ends counted in."""
    if len(samples) == 1:
        quartiles = [samples[0]] * 3
    else:
        quartiles = statistics.quantiles(samples, n=4, method="inclusive")
    return dict(zip(SUMMARY, map(float, [min(samples), *quartiles, max(samples)])))


def entry(name, title, unit, operations, samples, baseline, baseline_samples, loop_median):
    """One benchmark; ratios are taken round by round, so that drift of the host cancels out."""
    ratios = [ours / theirs for ours, theirs in zip(samples, baseline_samples, strict=True)]
    figures = summary(samples)
    net = None if loop_median is None else figures["median"] - loop_median
    return {"name": name, "title": title, "unit": unit, "rounds": len(samples),
            "operations": operations, "samples": [float(sample) for sample in samples], **figures,
            "net": net, "baseline": baseline, "ratio": summary(ratios)}


def machine():
    """This host, as far as a reader needs it to place the figures."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^(?:model name|uarch)\s*: (.*)$", text, re.MULTILINE)
    return {"processor": model[1] if model else platform.machine(),
            "processors": len(os.sched_getaffinity(0)),
            "system": f"{platform.system()} {platform.release()}", "load": os.getloadavg()[0]}


def _check_fields(what, fields, kinds):
    for field, kind in kinds.items():
        if field not in fields:
            raise ValueError(f"{what} has no {field}")
        if not isinstance(fields[field], kind):
            raise ValueError(f"{what}: {field} is {fields[field]!r}")
    for field in fields:
        if field not in kinds:
            raise ValueError(f"{what}: {field} isn't in the schema")


def _check_entry(benchmark):
    what = f"benchmark {benchmark.get('name')}"
    _check_fields(what, benchmark, ENTRY)
    _check_fields(f"{what}: ratio", benchmark["ratio"], dict.fromkeys(SUMMARY, float))
    if benchmark["rounds"] < 1 or benchmark["rounds"] != len(benchmark["samples"]):
        raise ValueError(f"{what}: {benchmark['rounds']} rounds, {len(benchmark['samples'])} samples")
    if min(benchmark["samples"]) <= 0 or benchmark["operations"] <= 0:
        raise ValueError(f"{what}: a sample or the number of operations is not positive")
    if any(benchmark[name] != figure for name, figure in summary(benchmark["samples"]).items()):
        raise ValueError(f"{what}: the summary isn't that of the samples")


def validate(document):
    """Raise ValueError where the document isn't what this file's head says."""
    _check_fields("the document", document, {"schema": int, "machine": dict, "qemu": dict,
                                             "benchmarks": list, "targets": list})
    if document["schema"] != SCHEMA:
        raise ValueError(f"schema {document['schema']}")
    _check_fields("machine", document["machine"], MACHINE)
    _check_fields("qemu", document["qemu"], QEMU)
    for benchmark in document["benchmarks"]:
        _check_entry(benchmark)
    names = [benchmark["name"] for benchmark in document["benchmarks"]]
    for benchmark in document["benchmarks"]:
        if names.count(benchmark["name"]) != 1:
            raise ValueError(f"{benchmark['name']} is there more than once")
        if benchmark["baseline"] not in names:
            raise ValueError(f"{benchmark['name']}: no baseline {benchmark['baseline']}")
    for target in document["targets"]:
        _check_fields(f"target {target.get('name')}", target, TARGET)


def _table(head, rows):
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1])]
        yield "  ".join([*cells, row[-1]]).rstrip()


def table(document):
    """The lines a person reads: a block per group, then the targets."""
    blocks = {}
    for benchmark in document["benchmarks"]:
        blocks.setdefault(benchmark["name"].split("/")[0], []).append(benchmark)
    for group, benchmarks in blocks.items():
        first = benchmarks[0]
        baseline = first["baseline"].split("/")[1]
        yield ""
        yield f"{group}: {first['unit']} per operation, {first['rounds']} rounds; x: {baseline} = 1"
        yield from _table(
            ["", *SUMMARY, "net", "x", ""],
            [["  " + b["name"].split("/")[1], *(f"{b[name]:.1f}" for name in SUMMARY),
              "" if b["net"] is None else f"{b['net']:.1f}", f"{b['ratio']['median']:.3f}",
              b["title"]] for b in benchmarks])
    if document["targets"]:
        yield ""
        yield "targets (medians; nothing depends on them)"
        yield from _table(
            ["", "got", "aim", "", ""],
            [["  " + t["name"], f"{t['got']:.3g}", f"{t['aim']:.3g}",
              "met" if t["met"] else "missed", f"{t['unit']}; {t['reference']}"]
             for t in document["targets"]])
