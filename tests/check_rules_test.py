#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Unit test of check-rules.py: one good input, then each way to be broken."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent / "check-rules.py"

SPEC = """\
- **AAA-1** The first rule.
- **AAA-2** The second rule.

| rule | tests |
| --- | --- |
| AAA-1 | `tcg/one`, qtest/a/b |
| AAA-2 | tcg/one |
"""
RESULTS = "PASS tcg/one\nPASS qtest/a/b\nFAIL tcg/unrelated\n"


def run(spec: str | None, results: str | None) -> tuple[int, str]:
    """Run the script on these two files; None leaves the file out."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, "spec.md"), Path(folder, "tests.txt")]
        for path, text in zip(paths, (spec, results)):
            if text is not None:
                path.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, SCRIPT, *paths], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr


class CheckRules(unittest.TestCase):
    def broken(self, spec: str | None, results: str | None, message: str) -> None:
        status, output = run(spec, results)
        self.assertEqual(status, 1, output)
        self.assertIn(message, output)

    def test_good(self) -> None:
        self.assertEqual(run(SPEC, RESULTS), (0, "2 rules, 2 tests named, 0 problems\n"))

    def test_rule_without_row(self) -> None:
        self.broken(SPEC.replace("| AAA-2 | tcg/one |\n", ""), RESULTS, "AAA-2: no test\n")

    def test_rule_with_empty_row(self) -> None:
        self.broken(SPEC.replace("| AAA-2 | tcg/one |", "| AAA-2 | |"), RESULTS, "AAA-2: no test\n")

    def test_test_that_did_not_run(self) -> None:
        message = "AAA-1: test qtest/a/b does not exist or did not run\n"
        self.broken(SPEC, RESULTS.replace("PASS qtest/a/b\n", ""), message)

    def test_test_that_failed(self) -> None:
        failed = RESULTS.replace("PASS qtest/a/b", "FAIL qtest/a/b")
        self.broken(SPEC, failed, "AAA-1: test qtest/a/b did not pass\n")

    def test_test_that_failed_once(self) -> None:
        self.broken(SPEC, RESULTS + "FAIL tcg/one\n", "AAA-2: test tcg/one did not pass\n")
        self.broken(SPEC, "FAIL tcg/one\n" + RESULTS, "AAA-2: test tcg/one did not pass\n")

    def test_unknown_rule(self) -> None:
        message = "AAA-3: table row for a rule that does not exist\n"
        self.broken(SPEC + "| AAA-3 | tcg/one |\n", RESULTS, message)

    def test_duplicate_rule(self) -> None:
        self.broken("- **AAA-1** Again.\n" + SPEC, RESULTS, "AAA-1: rule is defined twice\n")

    def test_duplicate_row(self) -> None:
        message = "AAA-1: rule has two rows in the table\n"
        self.broken(SPEC + "| AAA-1 | tcg/one |\n", RESULTS, message)

    def test_no_rules(self) -> None:
        self.broken("nothing here\n", RESULTS, "no rule found in the specification\n")

    def test_missing_files(self) -> None:
        self.broken(None, RESULTS, "No such file")
        self.broken(SPEC, None, "No such file")


if __name__ == "__main__":
    unittest.main()
