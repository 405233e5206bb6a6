#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Boots the guest and checks what it prints and how it ends.

guest-demo.py QEMU KERNEL INITRD [FIRMWARE]: one line `PASS guest/<name>` or `FAIL guest/<name>` a check,
a failed one followed by its reason and the guest's output; the exit status is 1 if any failed.
"""
import pathlib
import re
import sys
import tempfile

from guest import ICOUNT, UINTR, Guest

README = pathlib.Path(__file__).resolve().parent.parent / "README.md"


def demo_lines(harts, counted):
    """The demonstration's lines, in order, for a number of harts."""
    other = 1 if harts > 1 else 0
    running, ready = (1000, 0) if harts > 1 else (0, 1000)
    found = ("0: posted to a running receiver" if harts > 1
             else "2: posted to a receiver that was not running")
    sender_costs = [
        r"\[sender\]   its instructions per request: 1 to send, \d\d into and out of the handler, \d\d in it",
        r"\[sender\]   from send to answer, all harts, kernel included: \d{3,4} instructions",
    ] if counted else []
    receiver_costs = [
        r"\[receiver\] its instructions per request: \d\d into and out of the handler, \d\d in it to answer",
    ] if counted else []
    return [
        rf"\[kernel\] {harts} harts?, 256 MiB of memory, UINTC at 0x2f10000 with 512 receivers",
        r"User interrupts between two processes\.",
        r"Instruction counts: " + ("exact" if counted else "none"),
        r"1\. The receiver registers a handler",
        r"\[receiver\] hart 0: handler registered, handle made for vector 5, sender started",
        rf"\[sender\]   hart {other}: uipi\.send, one instruction and no system call",
        r"\[receiver\] hart 0: interrupted in user mode, pending vectors 0x20",
        r"\[receiver\] uipi\.send returned " + found,
        r"2\. The handler answers the same way: 1000 round trips\.",
        rf"\[sender\]   hart {other}: 1000 requests, 1000 answers; receiver was running {running} times, "
        rf"not running {ready}, gone 0",
        *sender_costs,
        r"\[receiver\] hart 0: 1000 requests",
        *receiver_costs,
        r"3\. The receiver sleeps in the kernel, the doorbell wakes it: 100 times\.",
        rf"\[sender\]   hart {other}: 100 requests, 100 answers; receiver was running 0 times, "
        r"not running 100, gone 0",
        *sender_costs,
        r"\[receiver\] hart 0: slept 100 times, doorbells 100, woken by them 100 times",
        r"4\. The receiver has unregistered; the sender still has its table entry\.",
        r"\[receiver\] uipi\.send returned 1: refused, the receiver's Tag has changed",
        *([r"5\. Beside it, what the kernel's own ways cost", r" *\d+  call and reply"] if counted else []),
        r"Everything arrived\.",
        r"\[kernel\] init ended with status 0, powering off",
    ]


class Demonstration(Guest):
    def demonstration(self):
        for harts in (1, 2, 4):
            options = UINTR + ["-smp", str(harts)]
            self.expect(f"demo-threads-smp{harts}", options, None, 0, demo_lines(harts, False))
            first = self.expect(f"demo-icount-smp{harts}", options + ICOUNT, None, 0,
                                demo_lines(harts, True))
            _, second = self.run(options + ICOUNT)
            self.verdict(f"demo-icount-smp{harts}-repeats",
                         None if first == second else "two runs printed different output", second)

        everything = ["-M", "virt,uintc=on,plic-umode=on", "-cpu", "rv64,x-uintr=on,x-sutc=on", "-smp", "2"]
        self.expect("demo-everything-on", everything, None, 0, demo_lines(2, False))

    def readme(self):
        """README.md shows what `./build.sh run` prints, to the instruction."""
        block = re.search(r"```\n(\[kernel\].*?)```\n", README.read_text(), re.DOTALL)
        _, output = self.run(UINTR + ["-smp", "2"] + ICOUNT)
        problem = None
        if not block or block[1] not in output:
            problem = "README.md's transcript is not what the demonstration prints"
        self.verdict("demo-readme-transcript", problem, output)

    def record_and_replay(self):
        """A replay must print what was recorded; QEMU's record/replay takes one hart only."""
        with tempfile.TemporaryDirectory() as folder:
            modes = [UINTR + ["-icount", f"shift=0,rr={mode},rrfile={folder}/log"] for mode in ("record", "replay")]
            recorded = self.expect("demo-record", modes[0], None, 0, demo_lines(1, True))
            status, replayed = self.run(modes[1])
            problem = None
            if status != 0:
                problem = f"exit status {status}, expected 0"
            elif replayed != recorded:
                problem = "the replay printed different output"
            self.verdict("demo-record-replay", problem, replayed)

    def race(self):
        for harts in (1, 2, 4):
            for mode, options in (("threads", []), ("icount", ICOUNT)):
                self.expect(f"race-{mode}-smp{harts}", UINTR + ["-smp", str(harts)] + options, "race", 0,
                            [r"race: 5000 requests, 5000 answers, nothing lost"])

    def cost(self):
        """Exact, equal in every run, and a call as cheap as a small kernel's should be."""
        options = UINTR + ["-smp", "1"] + ICOUNT
        first = self.expect("cost", options, "cost", 0,
                            ["Guest instructions per round trip of two processes on one hart:"] +
                            [rf" *\d+  {name}" for name in ("system call", "call and reply", "futex", "event counter",
                                                            "pipe", "message queue", "signal", "user interrupt")])
        _, second = self.run(options, "cost")
        self.verdict("cost-repeats", None if first == second else "two runs printed different output", second)
        call = re.search(r"(\d+)  call and reply", first)
        self.verdict("cost-of-a-call", None if call and int(call[1]) <= 600 else "over 600 instructions", first)

    def switching(self):
        line = "switching: 200 of 200 handled, 0 wrong uscratch, 0 wrong uepc"
        for mode, options in (("threads", []), ("icount", ICOUNT)):
            self.expect(f"switching-{mode}", UINTR + options, "switching", 0, [line, line])

    def refusals(self):
        hint = r"\[kernel\] start QEMU with -M virt,uintc=on -cpu rv64,x-uintr=on"
        missing = r"\[kernel\] this machine has no user interrupts; missing: "
        self.expect("no-uintc", ["-M", "virt", "-cpu", "rv64,x-uintr=on", "-smp", "2"], None, 102,
                    [missing + "UINTC$", hint])
        self.expect("no-xuintr", ["-M", "virt", "-cpu", "rv64", "-smp", "2"], None, 102,
                    [missing + "x-uintr UINTC$", hint])
        self.expect("no-program", UINTR, "nothing at all", 127, ["init: .*nothing"])
        self.expect("exit-status", UINTR, "sender", 100,
                    ["usage: sender", r"\[kernel\] init ended with status 100"])

    def system_calls(self):
        self.expect("system-call-errors", UINTR, "errors", 0,
                    [r"errors: ok write_console\(.*\) fails with EFAULT",
                     r"errors: ok uintr_register_sender\(handle, 0\) fails with ESHUTDOWN",
                     "errors: 0 surprises"])

    def faults(self):
        for kind, cause, text, address in (
                ("null", 15, "store page fault", "0"),
                ("read-kernel", 13, "load page fault", "0xffffffc080200000"),
                ("jump-kernel", 12, "instruction page fault", "0xffffffc080200000"),
                ("write-constant", 15, "store page fault", "0x1[0-9a-f]{4}"),
                ("write-text", 15, "store page fault", "0x1[0-9a-f]{4}"),
                ("run-data", 12, "instruction page fault", "0x1[0-9a-f]{4}"),
                ("supervisor-register", 2, "illegal instruction", "0x1b101073"),
                ("overflow", 15, "store page fault", "0x3ffffee[0-9a-f]{3}"),
                ("handler-null", 15, "store page fault", "0"),
                ("handler-overflow", 15, "store page fault", "0x3ffffee[0-9a-f]{3}"),
                ("handler-kernel", 12, "instruction page fault", "0xffffffc080200000"),
                ("handler-unmapped", 12, "instruction page fault", "0x1000")):
            inside = ", user interrupts off" if kind.startswith("handler-") else ""
            self.expect(f"fault-{kind}", UINTR, f"fault {kind}", 192 + cause,
                        [rf"\[kernel\] killed fault \(pid 2\): {text}, pc 0x[0-9a-f]+, address {address}, "
                         rf"cause {cause}{inside}$"])


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    guest = Demonstration(sys.argv[1:])
    guest.demonstration()
    guest.readme()
    guest.record_and_replay()
    guest.race()
    guest.cost()
    guest.switching()
    guest.refusals()
    guest.system_calls()
    guest.faults()
    return guest.failed


if __name__ == "__main__":
    sys.exit(main())
