#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Unit tests of what reads, sums up and profiles the benchmarks: no emulator needed."""
from __future__ import annotations

import copy
import json
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import bench
import boot
import cases
import host_profile
import results

CONSOLE = "sample a 0 100 10 1000 0\nsample a 1 100 20 2000 100\nend 2 samples\n"


class ConsoleTest(unittest.TestCase):
    def refused(self, text, status, reason):
        with self.assertRaisesRegex(boot.GuestError, reason):
            boot.parse(text, status)

    def test_a_complete_run_is_read(self):
        samples = boot.parse(CONSOLE, 0).of("a")
        self.assertEqual([s.round for s in samples], [0, 1])
        self.assertEqual(samples[1].ns, 20.0)  # 20 ticks of 100 ns, 100 operations
        self.assertEqual((samples[1].cycles, samples[1].entries), (2000, 100))

    def test_a_wrong_result_is_refused(self):
        self.refused("wrong a sum expected 1 got 2\n" + CONSOLE, 0, "wrong a sum expected 1 got 2")

    def test_a_trap_is_refused(self):
        self.refused("trap cause 5 pc 1 value 2\n", 1, "trap cause 5")

    def test_a_failing_status_is_refused(self):
        self.refused(CONSOLE, 1, "exit status 1")

    def test_a_lost_sample_is_refused(self):
        self.refused(CONSOLE.replace("sample a 0 100 10 1000 0\n", ""), 0, "1 samples arrived")

    def test_a_truncated_run_is_refused(self):
        self.refused(CONSOLE.replace("end 2 samples\n", ""), 0, "the guest sent None")

    def test_no_sample_is_refused(self):
        self.refused("end 0 samples\n", 0, "0 samples")

    def test_a_silent_guest_is_refused(self):
        self.refused("", 0, "0 samples")


class CasesTest(unittest.TestCase):
    def test_the_guest_has_the_same_cases(self):
        source = Path(__file__).parent.joinpath("guest/cases.c").read_text(encoding="utf-8")
        for name in cases.CASES:
            self.assertIn(f'"{name}"', source)
        self.assertEqual(source.count(".name = \"") + source.count("SENDERS(\""),
                         len(cases.CASES))

    def test_every_case_is_in_a_boot(self):
        timed = {name for each in cases.BOOTS for name in each.cases}
        self.assertEqual(timed, set(cases.CASES))
        for each in (*cases.BOOTS, cases.COUNTED):
            self.assertIn(each.baseline, each.cases)
            self.assertIn(cases.LOOP, each.cases)

    def test_a_missing_case_is_noticed(self):
        run = boot.parse(CONSOLE, 0)
        bench.expect_cases(cases.Boot("x", boot.Machine(), ("a",), "a"), run, 1)
        with self.assertRaisesRegex(boot.GuestError, r"missing \['b'\]"):
            bench.expect_cases(cases.Boot("x", boot.Machine(), ("a", "b"), "a"), run, 1)
        with self.assertRaisesRegex(boot.GuestError, r"missing \['a'\]"):
            bench.expect_cases(cases.Boot("x", boot.Machine(), ("a",), "a"), run, 2)

    def test_an_aim_in_three_ways(self):
        target = cases.Target("x", 80.0, 0.5)
        self.assertEqual(target.aim_ns, 40.0)
        self.assertAlmostEqual(target.aim_ratio, 40.0 / 300.0)
        self.assertEqual(target.scaled_ns(400.0), 20.0)


class CountTest(unittest.TestCase):
    """bench.count with a guest that needs 10 instructions an operation and 500 around them."""

    def count(self, drift):
        calls = []

        def guest(_qemu, _image, _machine, parameters):
            calls.append(parameters.ops)
            cycles = 10 * parameters.ops + 500 + (drift if len(calls) == 4 else 0)
            return boot.Run([boot.Sample(name, 0, parameters.ops, 1, cycles, 0)
                             for name in parameters.cases])

        with unittest.mock.patch("bench.run", guest):
            return bench.count("q", "g", cases.COUNTED, 64)

    def test_what_surrounds_the_operations_is_left_out(self):
        self.assertEqual({tuple(entry["samples"]) for entry in self.count(0)}, {(10.0, 10.0)})

    def test_unequal_counts_are_refused(self):
        with self.assertRaisesRegex(boot.GuestError, "loop-empty took 10.0 and then 10.0156"):
            self.count(1)


def document():
    entry = results.entry("g/loop", "a loop", "ns", 10, [1.0, 2.0], "g/loop", [1.0, 2.0], None)
    other = results.entry("g/send", "a send", "ns", 10, [4.0, 6.0], "g/loop", [1.0, 2.0], 1.5)
    return {"schema": 1, "machine": results.machine(),
            "qemu": {"path": "q", "version": "10", "series": "s", "project": "p"},
            "benchmarks": [entry, other],
            "targets": [{"name": "g/send", "aim": 1.0, "unit": "ns", "got": 5.0, "met": False,
                         "reference": "r"}]}


class DocumentTest(unittest.TestCase):
    def test_statistics(self):
        figures = results.summary([5, 1, 2, 4, 3])
        self.assertEqual(figures, {"min": 1, "q1": 2, "median": 3, "q3": 4, "max": 5})
        self.assertEqual(results.summary([7])["q3"], 7)

    def test_ratio_and_net(self):
        send = document()["benchmarks"][1]
        self.assertEqual(send["net"], 3.5)  # 5 - 1.5
        self.assertEqual((send["ratio"]["min"], send["ratio"]["max"]), (3.0, 4.0))

    def test_a_good_document(self):
        results.validate(json.loads(json.dumps(document())))

    def test_every_lost_or_wrong_field_is_noticed(self):
        def broken(path, change):
            bad = copy.deepcopy(document())
            target = bad
            for step in path[:-1]:
                target = target[step]
            change(target, path[-1])
            with self.assertRaises(ValueError, msg=f"{path}"):
                results.validate(bad)

        def paths(node, path=()):
            for key, value in node.items():
                yield (*path, key)
                if isinstance(value, dict):
                    yield from paths(value, (*path, key))
                elif isinstance(value, list) and value and isinstance(value[0], dict):
                    yield from paths(value[0], (*path, key, 0))

        def lose(target, key):
            del target[key]

        def mangle(target, key):
            target[key] = object()

        for path in paths(document()):
            broken(path, lose)
            broken(path, mangle)
        broken(("benchmarks", 0, "more"), lambda target, key: target.update({key: 1}))
        broken(("benchmarks", 0, "median"), lambda target, key: target.update({key: 99.0}))
        broken(("benchmarks", 0, "samples"), lambda target, key: target[key].append(1.0))
        broken(("benchmarks", 0, "baseline"), lambda target, key: target.update({key: "g/none"}))
        broken(("benchmarks", 0, "name"), lambda target, key: target.update({key: "g/send"}))

    def test_the_table_shows_every_entry_and_target(self):
        lines = "\n".join(results.table(document()))
        for word in ("loop", "a send", "missed", "3.5", "g: ns per operation, 2 rounds"):
            self.assertIn(word, lines)


CALLGRIND = """\
fl=(1) a.c
fn=(1) helper
10 7
cfn=(2) callee
calls=1 20
11 100
+1 3
fn=(2)
20 100
fn=(3) 0x00007f
0 5
fn=(4) (unknown)
0 6
fn=(5) helper'2
12 1
"""


class ProfileTest(unittest.TestCase):
    def test_self_costs_leave_callees_out(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "callgrind")
            path.write_text(CALLGRIND, encoding="utf-8")
            costs = host_profile.merge(host_profile.self_costs(path))
        self.assertEqual(costs, {"helper": 11, "callee": 100, host_profile.TRANSLATED: 11})


if __name__ == "__main__":
    unittest.main()
