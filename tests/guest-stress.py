#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the guest's stress program (user/stress): random processes that use every way to communicate.

guest-stress.py [--minutes N] QEMU KERNEL INITRD [FIRMWARE]: one line `PASS guest/<name>` or `FAIL guest/<name>`
a run. Every run says its seed; a failed one says how to repeat it (with -icount exactly). With --minutes it goes
on with new seeds for so long, on machines of several kinds in turn. The exit status is 1 if any failed.
"""

import random
import re
import sys
import time

from guest import ICOUNT, TIMEOUT, UINTR, Guest

FEW_SLOTS = ["-M", "virt,uintc=on,uintc-receivers=8", "-cpu", "rv64,x-uintr=on"]
HARTS = ["-smp", "4"]
SUMMARY = re.compile(r"^stress: seed .* (\d+) faults, .*; nothing lost$", re.MULTILINE)
FAULT = re.compile(r"^\[kernel\] killed stress \(pid \d+\): [a-z ]+, pc \S+, address \S+, cause \d+", re.MULTILINE)
# Options and processes. Eight of these have at least eight receivers of user interrupts.
MACHINES = {
    "threads": ([*UINTR, *HARTS], 6),
    "slots8": ([*FEW_SLOTS, *HARTS], 8),
    "icount": ([*UINTR, *HARTS, *ICOUNT], 6),
    "icount-slots8": ([*FEW_SLOTS, *HARTS, *ICOUNT], 8),
    "smp2": ([*UINTR, "-smp", "2"], 4),
}
SHORT = 6000  # operations: from so many on the program fails when something never happened
LONG = 20000


class Stress(Guest):
    def once(self, name, machine, seed, operations):
        options, processes = MACHINES[machine]
        command = f"stress -s {seed} -t {operations} -p {processes}"
        status, output = self.run(options, command, 2 * TIMEOUT)
        summary = SUMMARY.search(output)
        problem = None
        if status != 0 or not summary:
            problem = f"exit status {status}; to repeat it: \"{command}\" on {' '.join(options)}"
        elif len(FAULT.findall(output)) < int(summary[1]):
            problem = f"{summary[1]} processes died by a fault, but not all of them by a message that says where"
        self.verdict(name, problem, output)
        return output

    def short(self):
        seed = random.randrange(1, 1 << 31)
        print(f"# seed {seed}")
        for machine in ("threads", "slots8", "icount"):
            output = self.once(f"stress-{machine}", machine, seed, SHORT)
        again = self.once("stress-icount-again", "icount", seed, SHORT)
        self.verdict("stress-icount-repeats",
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
                self.once(f"stress-long-{number}-{machine}", machine, seed, LONG)


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
