#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the guest's stress program for channels (user/channelstress): random clients and servers that move and die.

guest-channelstress.py [--minutes N] QEMU KERNEL INITRD [FIRMWARE]: one line `PASS guest/<name>` or
`FAIL guest/<name>` a run. Every run says its seed; a failed one says how to repeat it (with -icount exactly). With
--minutes it goes on with new seeds for so long, on machines of several kinds in turn. The exit status is 1 if any
failed.
"""

import random
import re
import sys
import time

from guest import ICOUNT, TIMEOUT, UINTR, Guest

FEW_SLOTS = ["-M", "virt,uintc=on,uintc-receivers=8", "-cpu", "rv64,x-uintr=on"]
HARTS = ["-smp", "4"]
SUMMARY = re.compile(r"^channelstress: seed .*; nothing lost$", re.MULTILINE)
# Options and clients.
MACHINES = {
    "threads": ([*UINTR, *HARTS], 8),
    "slots8": ([*FEW_SLOTS, *HARTS], 12),
    "icount": ([*UINTR, *HARTS, *ICOUNT], 8),
    "icount-smp1": ([*UINTR, "-smp", "1", *ICOUNT], 6),
    "smp2": ([*UINTR, "-smp", "2"], 4),
}
SHORT = 12  # rounds: from 10 on the program fails when something never happened
LONG = 60


class ChannelStress(Guest):
    def once(self, name, machine, seed, rounds):
        options, clients = MACHINES[machine]
        command = f"channelstress -s {seed} -r {rounds} -c {clients}"
        status, output = self.run(options, command, 2 * TIMEOUT)
        problem = None
        if status != 0 or not SUMMARY.search(output):
            problem = f"exit status {status}; to repeat it: \"{command}\" on {' '.join(options)}"
        self.verdict(name, problem, output)
        return output

    def short(self):
        seed = random.randrange(1, 1 << 31)
        print(f"# seed {seed}")
        for machine in ("threads", "slots8", "icount"):
            output = self.once(f"channelstress-{machine}", machine, seed, SHORT)
        again = self.once("channelstress-icount-again", "icount", seed, SHORT)
        self.verdict("channelstress-icount-repeats",
                     None if output == again else f"seed {seed}: two runs printed different output", again)

    def long(self, minutes):
        """At least one run on each machine, each with a seed of its own."""
        end = time.monotonic() + 60 * minutes
        number = 0
        while time.monotonic() < end:
            for machine in MACHINES:
                seed = random.randrange(1, 1 << 31)
                number += 1
                print(f"# run {number}: {machine}, seed {seed}", flush=True)
                self.once(f"channelstress-long-{number}-{machine}", machine, seed, LONG)


def main():
    arguments = sys.argv[1:]
    minutes = None
    if len(arguments) > 1 and arguments[0] == "--minutes":
        minutes = float(arguments[1])
        arguments = arguments[2:]
    if len(arguments) not in (3, 4):
        sys.exit(__doc__)
    guest = ChannelStress(arguments)
    if minutes is None:
        guest.short()
    else:
        guest.long(minutes)
    return guest.failed


if __name__ == "__main__":
    sys.exit(main())
