# SPDX-License-Identifier: MIT
"""What was measured of IPC, as a document (JSON), and how to find something in it.

The document, version 1:

    schema     1
    machine    processor, processors, system, load (average when it began)
    qemu       path, version, series (commit of its source tree), project (commit of this one)
    groups     {group: entries}: the boots of ipc_plan.py. An entry has
        mechanism, kind, receiver, harts, size, depth, one_way, unit, samples, batch, min, q1,
        median, q3, max, window, wrong      as user/bench/measure.h describes them: of a round
        counts                              with -icount: what a round takes, on all harts
                                            (docs/internals.md, Attributing instructions)
      of the key-value server: mechanism, clients, requests, size, depth, unit, median; counts
    profiles   {mechanism: {source file: guest instructions of a round trip}}
    targets    a list of {name, aim, got, met (null: not measured), why}

A round is `depth` requests and their answers; one_way: one message.
"""
from __future__ import annotations

from ipc_plan import BASELINE

SCHEMA = 1


class Document:
    """The dictionary with ways to ask it."""

    def __init__(self, fields):
        self.fields = fields

    def group(self, name):
        return self.fields["groups"].get(name, [])

    def all(self, group, **what):
        return [entry for entry in self.group(group)
                if all(entry.get(key) == value for key, value in what.items())]

    def one(self, group, mechanism, **what):
        found = self.all(group, mechanism=mechanism, **what)
        return found[0] if found else None

    def mechanisms(self, group):
        return list(dict.fromkeys(entry["mechanism"] for entry in self.group(group)))

    def profile(self, mechanism):
        return self.fields["profiles"].get(mechanism)


def per_exchange(entry, name="median"):
    """Instructions or nanoseconds of a request and its answer."""
    return entry[name] / entry["batch"] / entry["depth"]


def count(entry, name):
    """Of a request and its answer."""
    return entry["counts"][name] / entry.get("depth", 1)


def timed(document, group):
    """{(mechanism, receiver, depth): [entries]}: the repetitions, the least disturbed one first."""
    runs = {}
    for entry in document.group(group):
        runs.setdefault((entry["mechanism"], entry["receiver"], entry["depth"]), []).append(entry)
    return {key: sorted(entries, key=per_exchange) for key, entries in runs.items()}


def baseline(times):
    """The least of call and reply's, which others are compared with; None: not measured."""
    entries = times.get((BASELINE, "blocked", 1))
    return min(per_exchange(entry, "min") for entry in entries) if entries else None


def least(document, group, mechanism, receiver):
    """The least that any sample says; None: not measured."""
    entries = timed(document, group).get((mechanism, receiver, 1), [])
    return min((per_exchange(entry, "min") for entry in entries), default=None)
