#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the guest's stress program for channels (user/channelstress): random clients and servers that move and die.

guest-channelstress.py [--minutes N] QEMU KERNEL INITRD [FIRMWARE]: as guest-stress.py.
"""

import re
import sys

from guest import ICOUNT, UINTR
from guest_random import SLOTS8, SMP2, THREADS, RandomRuns

SUMMARY = re.compile(r"^channelstress: seed .*; nothing lost$", re.MULTILINE)


class ChannelStress(RandomRuns):
    program = "channelstress"
    machines = {"threads": (THREADS, 8), "slots8": (SLOTS8, 12), "icount": ([*THREADS, *ICOUNT], 8),
                "icount-smp1": ([*UINTR, "-smp", "1", *ICOUNT], 6), "smp2": (SMP2, 4)}
    length_option, process_option = "-r", "-c"
    lengths = (12, 60)  # rounds: from 10 on the program fails when something never happened

    def complaint(self, output):
        return None if SUMMARY.search(output) else "it doesn't say that nothing was lost"


if __name__ == "__main__":
    sys.exit(ChannelStress.main(__doc__))
