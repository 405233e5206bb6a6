# SPDX-License-Identifier: MIT
"""Runs of a guest's program that does everything at random: a short form, and one of so many minutes."""

import random
import sys
import time

from guest import TIMEOUT, UINTR, Guest

FEW_SLOTS = ["-M", "virt,uintc=on,uintc-receivers=8", "-cpu", "rv64,x-uintr=on"]
HARTS = ["-smp", "4"]
THREADS = [*UINTR, *HARTS]
SLOTS8 = [*FEW_SLOTS, *HARTS]
SMP2 = [*UINTR, "-smp", "2"]


class RandomRuns(Guest):
    """Every run says its seed; a failed one says how to repeat it (with -icount exactly)."""

    program = ""
    machines: dict = {}  # name: QEMU's options, number of processes; threads, slots8 and icount are the short form
    lengths = (0, 0)  # of a run of the short and of the long form
    length_option = process_option = ""

    def complaint(self, output):
        """What is wrong in the output of a program that ended with status 0; None: nothing."""
        raise NotImplementedError

    def once(self, name, machine, seed, length):
        options, processes = self.machines[machine]
        command = f"{self.program} -s {seed} {self.length_option} {length} {self.process_option} {processes}"
        status, output = self.run(options, command, 2 * TIMEOUT)
        problem = f"exit status {status}" if status != 0 else self.complaint(output)
        if problem:
            problem += f"; to repeat it: \"{command}\" on {' '.join(options)}"
        self.verdict(f"{self.program}-{name}", problem, output)
        return output

    def short(self):
        seed = random.randrange(1, 1 << 31)
        print(f"# seed {seed}")
        for machine in ("threads", "slots8", "icount"):
            output = self.once(machine, machine, seed, self.lengths[0])
        again = self.once("icount-again", "icount", seed, self.lengths[0])
        self.verdict(f"{self.program}-icount-repeats",
                     None if output == again else f"seed {seed}: two runs printed different output", again)

    def long(self, minutes):
        """At least one run on each machine, each with a seed of its own."""
        end = time.monotonic() + 60 * minutes
        number = 0
        while time.monotonic() < end:
            for machine in self.machines:
                seed = random.randrange(1, 1 << 31)
                number += 1
                print(f"# run {number}: {machine}, seed {seed}", flush=True)
                self.once(f"long-{number}-{machine}", machine, seed, self.lengths[1])

    @classmethod
    def main(cls, usage):
        arguments = sys.argv[1:]
        minutes = None
        if len(arguments) > 1 and arguments[0] == "--minutes":
            minutes = float(arguments[1])
            arguments = arguments[2:]
        if len(arguments) not in (3, 4):
            sys.exit(usage)
        guest = cls(arguments)
        if minutes is None:
            guest.short()
        else:
            guest.long(minutes)
        return guest.failed
