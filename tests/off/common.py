# SPDX-License-Identifier: MIT
"""What the comparisons with a QEMU without the series share: verdicts, and QEMU's own Python library."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path

# A refused command is an answer here, no news.
logging.disable(logging.CRITICAL)


def load_qemu_machine(source: Path) -> type:
    """Return the class QEMUMachine of QEMU's source tree: a QEMU and its monitor."""
    sys.path.append(str(source / "python"))
    from qemu.machine import QEMUMachine
    return QEMUMachine


def run(checks: dict[str, Callable[[], str]]) -> int:
    """Print a verdict for each; a check returns what is wrong, or nothing."""
    failed = False
    for name, check in checks.items():
        try:
            problem = check()
        except Exception as error:  # whatever it is, the other checks are to run
            problem = f"{type(error).__name__}: {error}"
        print(f"{'FAIL' if problem else 'PASS'} off/{name}", flush=True)
        if problem:
            failed = True
            print("".join(f"# {line}\n" for line in problem.splitlines()[:40]), end="", flush=True)
    return 1 if failed else 0
