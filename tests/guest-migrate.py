#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Moves the running demonstration from one QEMU to the next, several times, and lets it end there.

guest-migrate.py QEMU KERNEL INITRD FIRMWARE: one line `PASS guest/<name>` or `FAIL guest/<name>` a check,
a failed one followed by its reason and the guest's output; the exit status is 1 if any failed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from qmp import PATIENCE, Gone, Qemu

MACHINE = ["-M", "virt,uintc=on,plic-umode=on", "-cpu", "rv64,x-uintr=on,x-sutc=on", "-m", "256"]
CASES = {
    "threads": ["-smp", "2"],
    "icount": ["-smp", "2", "-icount", "shift=0,sleep=off"],
}
BEGUN = "2. The handler answers the same way"
LAST_LINES = ["Everything arrived.", "[kernel] init ended with status 0, powering off"]
MOVES = 4
STEP = 0.01  # seconds that the guest runs between two moves


def demonstrate(argv: list[str], folder: Path) -> tuple[int, int, str]:
    """Return how often the guest was moved, its last QEMU's exit status and all that it printed."""
    qemu = Qemu(argv, folder, 0, None)
    output = ""
    moves = 0
    try:
        while BEGUN not in qemu.text():
            qemu.command("query-status")
            time.sleep(STEP)
        while moves < MOVES:
            state = folder / f"state{moves}"
            qemu.command("stop")
            qemu.command("migrate", uri=f"file:{state}")
            qemu.wait_for("query-migrate", "completed")
            qemu.command("quit")
            qemu.process.wait(PATIENCE)
            qemu.close()
            output += qemu.text()
            moves += 1
            qemu = Qemu(argv, folder, moves, state)
            qemu.wait_for("query-status", "paused")
            qemu.command("cont")
            time.sleep(STEP)
    except Gone:
        pass
    try:
        return moves, qemu.process.wait(PATIENCE), output + qemu.text()
    finally:
        qemu.close()


def main() -> int:
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    qemu, kernel, initrd, firmware = sys.argv[1:]
    argv = [qemu, *MACHINE, "-display", "none", "-nic", "none", "-monitor", "none",
            "-bios", firmware, "-kernel", kernel, "-initrd", initrd]
    failed = False
    for name, options in CASES.items():
        output = ""
        with tempfile.TemporaryDirectory() as folder:
            try:
                moves, status, output = demonstrate(argv + options, Path(folder))
                lines = [line for line in output.replace("\r", "").splitlines() if line]
                problem = ""
                if status or lines[-2:] != LAST_LINES:
                    problem = f"exit status {status}, moved {moves} times"
                elif moves == 0:
                    problem = "it ended before it could be moved"
            except (OSError, RuntimeError, subprocess.TimeoutExpired) as error:
                problem = f"{error}"
        print(f"{'FAIL' if problem else 'PASS'} guest/demo-migrated-{name}")
        if problem:
            failed = True
            print(f"# {problem}")
            print("".join(f"# | {line}\n" for line in output.splitlines()[-40:]), end="")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
