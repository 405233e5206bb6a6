#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the guest's hostile programs (user/hostile) beside victims that must notice nothing.

guest-hostile.py QEMU KERNEL INITRD [FIRMWARE]: one line `PASS guest/hostile-<machine>/<case>` or `FAIL ...` a case;
.../end fails when the guest did not come to its end, hostile-icount/repeats when two runs with -icount print
different output. The exit status is 1 if any failed.
"""

import re
import sys

from guest import ICOUNT, TIMEOUT, UINTR, Guest

FEW_SLOTS = ["-M", "virt,uintc=on,uintc-receivers=8", "-cpu", "rv64,x-uintr=on"]
MACHINES = [
    ("smp2", [*UINTR, "-smp", "2"]),
    ("icount", [*UINTR, "-smp", "2", *ICOUNT]),
]
# Those that the number of slots, or of harts, makes a difference to.
SLOT_CASES = ["revoked", "tags-come-round", "storm", "doorbell-storm", "relayed-storm", "many-receivers",
              # Four harts: one that spins has its own, where nothing interrupts it but what is meant for it.
              "handler-loops", "hog", "unmap-running"]
VERDICT = re.compile(r"hostile: (passed|failed) ([a-z0-9-]+)(.*)$")
PATIENCE = 5 * TIMEOUT


class Hostile(Guest):
    def names(self):
        _, output = self.run(MACHINES[0][1], "hostile list")
        return re.findall(r"^([a-z0-9-]+)$", output, re.MULTILINE)

    def all_cases(self, machine, options, names, command="hostile"):
        """Every case that the program lists must have said that it passed."""
        status, output = self.run(options, command, PATIENCE)
        said = {match[2]: match for line in output.splitlines() if (match := VERDICT.match(line))}
        for name in names:
            problem = None
            if name not in said:
                problem = "no verdict"
            elif said[name][1] != "passed":
                problem = said[name][0]
            self.verdict(f"hostile-{machine}/{name}", problem, "" if name in said else output)
        self.verdict(f"hostile-{machine}/end", None if status == 0 and names else f"exit status {status}", output)
        return output

    def all_machines(self):
        names = self.names()
        for machine, options in MACHINES:
            output = self.all_cases(machine, options, names)
        _, again = self.run(MACHINES[-1][1], "hostile", PATIENCE)
        self.verdict("hostile-icount/repeats",
                     None if output == again else "two runs printed different output", again)
        self.all_cases("slots8", [*FEW_SLOTS, "-smp", "4"], SLOT_CASES, " ".join(["hostile", *SLOT_CASES]))


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    guest = Hostile(sys.argv[1:])
    guest.all_machines()
    return guest.failed


if __name__ == "__main__":
    sys.exit(main())
