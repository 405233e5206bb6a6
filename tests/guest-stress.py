#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the guest's stress program (user/stress): random processes that use every way to communicate.

guest-stress.py [--minutes N] QEMU KERNEL INITRD [FIRMWARE]: one line `PASS guest/<name>` or `FAIL guest/<name>`
a run. Every run says its seed; a failed one says how to repeat it (with -icount exactly). With --minutes it goes
on with new seeds for so long, on machines of several kinds in turn. The exit status is 1 if any failed.
"""

import re
import sys

from guest import ICOUNT
from guest_random import SLOTS8, SMP2, THREADS, RandomRuns

SUMMARY = re.compile(r"^stress: seed .* (\d+) faults, .*; nothing lost$", re.MULTILINE)
FAULT = re.compile(r"^\[kernel\] killed stress \(pid \d+\): [a-z ]+, pc \S+, address \S+, cause \d+", re.MULTILINE)


class Stress(RandomRuns):
    program = "stress"
    # Eight processes have at least eight receivers of user interrupts.
    machines = {"threads": (THREADS, 6), "slots8": (SLOTS8, 8), "icount": ([*THREADS, *ICOUNT], 6),
                "icount-slots8": ([*SLOTS8, *ICOUNT], 8), "smp2": (SMP2, 4)}
    length_option, process_option = "-t", "-p"
    lengths = (6000, 20000)  # from the first on the program fails when something never happened

    def complaint(self, output):
        summary = SUMMARY.search(output)
        if not summary:
            return "it doesn't say that nothing was lost"
        if len(FAULT.findall(output)) < int(summary[1]):
            return f"{summary[1]} processes died by a fault, but not all of them by a message that says where"
        return None


if __name__ == "__main__":
    sys.exit(Stress.main(__doc__))
