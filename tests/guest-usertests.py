#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the guest's own tests (user/tests) on several machines.

guest-usertests.py QEMU KERNEL INITRD [FIRMWARE]: one line `PASS guest/usertests-<machine>/<case>` or
`FAIL guest/usertests-<machine>/<case>` for each case that the guest has a verdict on, a failed one followed by
its reason; .../end fails when the guest did not come to its last line, .../repeats when two runs with -icount
print different output. The exit status is 1 if any failed.
"""

import re
import sys

from guest import ICOUNT, TIMEOUT, UINTR, Guest

def few_slots(number):
    return ["-M", f"virt,uintc=on,uintc-receivers={number}", "-cpu", "rv64,x-uintr=on"]


# Vector registers as short as may be, and so long that they fill a page.
VECTORS = ["-M", "virt,uintc=on", "-cpu", "rv64,x-uintr=on,v=true,vlen=128"]
LONG_VECTORS = ["-M", "virt,uintc=on", "-cpu", "rv64,x-uintr=on,v=true,vlen=1024"]
# Name, options, and the cases by the beginnings of their names; none: all that suit the machine.
MACHINES = [
    ("smp1", [*UINTR, "-smp", "1"], ""),
    ("smp2", [*UINTR, "-smp", "2"], ""),
    ("smp4", [*UINTR, "-smp", "4"], ""),
    ("slots4", [*few_slots(4), "-smp", "2"], "uintr blocked link conform"),
    ("slots8", [*few_slots(8), "-smp", "4"], "uintr link conform"),
    ("vector", [*VECTORS, "-smp", "2"], "vector exhaustion float signal conform-signal uintr-error"),
    ("vector1024", [*LONG_VECTORS, "-smp", "2"], "vector exhaustion-vector"),
    ("icount", [*UINTR, *ICOUNT, "-smp", "2"], ""),
]
# Cases for few machines that must be among the verdicts: the guest leaves out what it holds to suit none.
SPECIAL = {"slots4": "uintr-slot-killed-same", "vector": "vector-many-hold", "vector1024": "vector-many-hold"}
VERDICT = re.compile(r"(PASS|FAIL) ([a-z0-9-]+)(?:: (.*))?$")
LAST_LINE = re.compile(r"usertests: (\d+) passed, (\d+) failed$")
PATIENCE = 5 * TIMEOUT  # for hundreds of cases, on a host that has other things to do


class Usertests(Guest):
    def check_end(self, machine, status, verdicts, output):
        """The problem with how it ended, None if there is none."""
        last = [match for line in output.splitlines() if (match := LAST_LINE.match(line))]
        names = [name for _, name, _ in verdicts]
        passed = sum(verdict == "PASS" for verdict, _, _ in verdicts)
        if not last:
            return f"it did not come to its last line; exit status {status}"
        if (int(last[0][1]), int(last[0][2])) != (passed, len(verdicts) - passed):
            return f"it counted {last[0][0]!r}, but {passed} of its {len(verdicts)} verdicts are PASS"
        if len(set(names)) != len(names):
            return "two cases have the same name"
        if machine in SPECIAL and SPECIAL[machine] not in names:
            return f"no verdict on {SPECIAL[machine]}"
        if status != (passed != len(verdicts)):
            return f"exit status {status}"
        return None

    def run_cases(self, machine, options, patterns):
        status, output = self.run(options, f"usertests {patterns}".strip(), PATIENCE)
        verdicts = [match.groups() for line in output.splitlines() if (match := VERDICT.match(line))]
        for verdict, name, reason in verdicts:
            self.verdict(f"usertests-{machine}/{name}", None if verdict == "PASS" else reason, "")
        self.verdict(f"usertests-{machine}/end", self.check_end(machine, status, verdicts, output), output)
        return output

    def all_machines(self):
        for machine, options, patterns in MACHINES:
            output = self.run_cases(machine, options, patterns)
        _, again = self.run(MACHINES[-1][1], "usertests", PATIENCE)
        self.verdict(f"usertests-{MACHINES[-1][0]}/repeats",
                     None if output == again else "two runs printed different output", again)


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    guest = Usertests(sys.argv[1:])
    guest.all_machines()
    return guest.failed


if __name__ == "__main__":
    sys.exit(main())
