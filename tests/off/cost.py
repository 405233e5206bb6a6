#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the host instructions that QEMU needs for a guest, with the series and without it, by callgrind.

cost.py QEMU UNPATCHED WORKLOAD FOLDER: the two emulators, the guest (tests/off/workload.c), where profiles go.
"""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import sys
from pathlib import Path

import common

# Of the instructions without the series: for all together, and for each part, which does one thing only.
LIMIT = 0.005
PART_LIMIT = 0.03

# One hart, counted instructions, clocks that follow them; no address depends on chance.
GUEST = ["-M", "virt", "-m", "16", "-icount", "shift=0,sleep=off", "-rtc", "base=2020-01-01,clock=vm", "-seed", "1",
         "-display", "none", "-nodefaults"]
# The guest's write to the finisher calls this function: each part gets its own profile.
BETWEEN_PARTS = "sifive_test_write"


class Profile:
    """Host instructions of one run: by part of the workload, of all threads and of the harts' thread."""

    def __init__(self, folder: Path) -> None:
        self.parts = [line.split()[0] for line in (folder / "console").read_text().splitlines()]
        dumps: dict[int, dict[int, int]] = {}
        for file in folder.glob("profile.*-*"):
            number, thread = re.fullmatch(r"profile\.1\.(\d+)-(\d+)|profile\.1-(\d+)", file.name).groups()[:2]
            if number:
                total = re.search(r"^totals: (\d+)$", file.read_text(errors="replace"), re.M)
                dumps.setdefault(int(number), {})[int(thread)] = int(total[1])
        if len(dumps) != len(self.parts) + 1 and len(dumps) != len(self.parts):
            raise RuntimeError(f"{len(dumps)} profiles for {len(self.parts)} parts: {self.parts}")
        # Most is done by one thread; the first profile is QEMU's start.
        sums: dict[int, int] = {}
        for threads in dumps.values():
            for thread, total in threads.items():
                sums[thread] = sums.get(thread, 0) + total
        hart = max(sums, key=lambda thread: sums[thread])
        self.all = sum(sums.values())
        self.hart = {part: dumps[number].get(hart, 0) for number, part in enumerate(self.parts[:-1], start=2)}


def start(qemu: str, workload: str, folder: Path) -> subprocess.Popen:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return subprocess.Popen(
        ["setarch", "-R", "valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={folder}/profile.%n",
         f"--dump-before={BETWEEN_PARTS}", "--separate-threads=yes", qemu, *GUEST, "-bios", workload,
         "-serial", f"file:{folder}/console"],
        stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})


def verdict(name: str, limit: float, without: int, with_series: int) -> str:
    ratio = with_series / without
    print(f"# {name:32} {without:>13,} without, {with_series:>13,} with the series: {100 * (ratio - 1):+.3f} %")
    return "" if ratio <= 1 + limit else f"{100 * (ratio - 1):.2f} % more, allowed are {100 * limit} %"


def main() -> int:
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[4])
    qemus = {"unpatched": sys.argv[2], "patched": sys.argv[1]}
    runs = [start(qemu, sys.argv[3], folder / name) for name, qemu in qemus.items()]
    if any(run.wait() for run in runs):
        print("FAIL off/host-instructions\n# valgrind failed")
        return 1
    without, with_series = (Profile(folder / name) for name in qemus)
    checks = {"host-instructions": functools.partial(verdict, "everything", LIMIT, without.all, with_series.all)}
    for part, count in without.hart.items():
        checks[f"host-instructions-{part}"] = functools.partial(verdict, part, PART_LIMIT, count, with_series.hart[part])
    return common.run(checks)


if __name__ == "__main__":
    sys.exit(main())
