#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the guest's stress program (user/stress): random processes that use every way to communicate.

guest-stress.py [--minutes N] QEMU KERNEL INITRD [FIRMWARE]: one line `PASS guest/<name>` or `FAIL guest/<name>`
a run. Every run says its seed; the same seed is `./build.sh run stress -s SEED`. With --minutes it goes on with
new seeds for so long, on machines of several kinds in turn. The exit status is 1 if any failed.
"""

import random
import re
import sys
import time

from guest import ICOUNT, TIMEOUT, UINTR, Guest

FEW_SLOTS = ["-M", "virt,uintc=on,uintc-receivers=8", "-cpu", "rv64,x-uintr=on"]
HARTS = ["-smp", "4"]
SUMMARY = re.compile(r"^stress: seed .*; nothing lost$", re.MULTILINE)
MACHINES = {
    "threads": [*UINTR, *HARTS],
    "slots8": [*FEW_SLOTS, *HARTS],
    "icount": [*UINTR, *HARTS, *ICOUNT],
}


class Stress(Guest):
    def once(self, name, machine, seed, operations):
        status, output = self.run(MACHINES[machine], f"stress -s {seed} -t {operations}", 2 * TIMEOUT)
        problem = None
        if status != 0 or not SUMMARY.search(output):
            problem = f"seed {seed} of {operations} operations on {machine}: exit status {status}"
        self.verdict(name, problem, output)
        return output

    def short(self):
        seed = random.randrange(1, 1 << 31)
        print(f"# seed {seed}")
        self.once("stress-threads", "threads", seed, 3000)
        self.once("stress-slots8", "slots8", seed, 2000)
        first = self.once("stress-icount", "icount", seed, 2000)
        second = self.once("stress-icount-again", "icount", seed, 2000)
        self.verdict("stress-icount-repeats",
                     None if first == second else f"seed {seed}: two runs printed different output", second)

    def long(self, minutes):
        end = time.monotonic() + 60 * minutes
        number = 0
        while time.monotonic() < end:
            for machine in MACHINES:
                seed = random.randrange(1, 1 << 31)
                number += 1
                print(f"# {machine}, seed {seed}")
                self.once(f"stress-long-{number}-{machine}", machine, seed, 10000)


def main():
    arguments = sys.argv[1:]
    minutes = None
    if len(arguments) > 1 and arguments[0] == "--minutes":
        minutes = float(arguments[1])
        arguments = arguments[2:]
    if len(arguments) not in (3, 4):
        sys.exit(__doc__)
    guest = Stress(arguments)
    if minutes is None:
        guest.short()
    else:
        guest.long(minutes)
    return guest.failed


if __name__ == "__main__":
    sys.exit(main())
