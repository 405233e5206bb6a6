#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the guest's programs that docs/guide.md shows: each checks its own results.

guest-programs.py QEMU KERNEL INITRD [FIRMWARE]: one line `PASS guest/<name>` or `FAIL guest/<name>` a check,
a failed one followed by its reason and the guest's output; the exit status is 1 if any failed.
"""

import sys

from guest import ICOUNT, UINTR, Guest

MODES = [(f"{mode}-smp{harts}", [*UINTR, "-smp", str(harts), *options], bool(options))
         for harts in (1, 2, 4) for mode, options in (("threads", []), ("icount", ICOUNT))]


class Programs(Guest):
    def squares(self):
        for mode, options, _ in MODES:
            self.expect(f"squares-{mode}", options, "squares 7 12 0x100", 0,
                        ["7 squared is 49$", "12 squared is 144$", "0x100 squared is 65536$"])
        self.expect("squares-none", MODES[0][1], "squares", 0, [])

    def pipeline(self):
        """On either kind of pipes; counted only with -icount."""
        for mode, options, counted in MODES:
            end = r", \d+ instructions a kilobyte$" if counted else "$"
            for kind in ("kernel", "uintr"):
                self.expect(f"pipeline-{kind}-{mode}", options, f"pipeline {kind} 5 48", 0,
                            [f"pipeline: {kind}, 5 stages, 49152 bytes, 0 wrong{end}"])
        self.expect("pipeline-usage", MODES[0][1], "pipeline nothing", 2, ["usage: pipeline"])

    def key_value_server(self):
        for mode, options, counted in MODES:
            end = "instructions a request$" if counted else "requests a second$"
            for kind, depth in (("kernel", 1), ("channel", 8)):  # a call is answered before the next one
                self.expect(f"kv-{kind}-{mode}", options, f"kv {kind} 3 400 200 8", 0,
                            [rf"kv: {kind}, 3 clients, 1200 requests, 200 bytes, {depth} in flight: \d+ {end}"])
        self.expect("kv-many", MODES[-2][1], "kv channel 40 50 4096 32", 0,
                    [r"kv: channel, 40 clients, 2000 requests, 4096 bytes, 32 in flight: \d+ "])
        self.expect("kv-usage", MODES[0][1], "kv channel 0", 2, ["usage: kv"])

    def libraries(self):
        """Floating point, and what of libc stands on the system calls."""
        self.expect("float", MODES[2][1], "float", 0, [])


def main():
    guest = Programs(sys.argv[1:])
    guest.squares()
    guest.pipeline()
    guest.key_value_server()
    guest.libraries()
    return guest.failed


if __name__ == "__main__":
    sys.exit(main())
