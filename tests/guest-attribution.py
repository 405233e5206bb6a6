#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the counts of the attribution plugin on windows whose contents are known (user/bench/known.c).

guest-attribution.py QEMU KERNEL INITRD [FIRMWARE]: one line `PASS attribution/<name>` or `FAIL attribution/<name>` a
check, a failed one followed by its reason; the exit status is 1 if any failed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from guest import ICOUNT, UINTR, Guest

ROOT = Path(__file__).resolve().parent.parent
ARGUMENTS = ROOT / "tools" / "attribution" / "arguments.py"

# As in known.c.
ALL, LOOP, CALLS, SENDS, HANDLER_CALLS, HANDLER_WAITS, PIPE_WRITE, PIPE_READ, IPC, CONSOLE, ACROSS = range(11)
WINDOWS = [LOOP, CALLS, SENDS, HANDLER_CALLS, HANDLER_WAITS, PIPE_WRITE, PIPE_READ, IPC, CONSOLE, ALL]
ROUNDS = 100
LOOP_LENGTH = 2001
PAGE = 4096
LINE = 11

WHOSE = ["user", "handler", "kernel", "firmware"]
EVENTS = ["traps", "system_calls", "sbi_calls", "space_switches", "uipi_sent", "interrupts_taken", "urets", "mmio",
          "bytes_copied"]
# The program's count begins with the instruction that reads it, and has both marks.
AROUND = range(3, 9)


class Problem(Exception):
    """What a check has found."""


def demand(holds: bool, what: str) -> None:
    if not holds:
        raise Problem(what)


def equal(what: str, actual: object, expected: object) -> None:
    demand(actual == expected, f"{what}: {actual}, not {expected}")


def events(window: dict, **expected: int) -> None:
    """These events so often, and no others."""
    equal("events", {name: window[name] for name in EVENTS if window[name]}, expected)


def per_round(window: dict, name: str) -> int:
    equal(f"{name}, rest of {window[name]} by {ROUNDS}", window[name] % ROUNDS, 0)
    return window[name] // ROUNDS


class Attribution(Guest):
    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self.folder = Path()
        self.windows: dict[int, dict] = {}
        self.output = ""

    def plugin(self, out: Path, *options: str) -> list[str]:
        done = subprocess.run([ARGUMENTS, *options, out, "known"], capture_output=True, text=True, check=True)
        return done.stdout.split()

    def known(self, options: list[str], command: str = "known") -> tuple[str, str]:
        """What the program prints and what the plugin writes."""
        out = self.folder / "counts"
        status, output = self.run(UINTR + options + self.plugin(out), command)
        demand(status == 0, f"exit status {status}\n{output}")
        return output, out.read_text()

    def counted(self) -> None:
        one_hart = ["-smp", "1", *ICOUNT]
        self.output, counts = self.known(one_hart)
        lines = [json.loads(line) for line in counts.splitlines()]
        self.windows = {line["window"]: line["total"] for line in lines}
        equal("windows", [line["window"] for line in lines], WINDOWS)
        equal("fields", list(self.windows[ALL]), WHOSE + EVENTS)
        equal("harts", [line["harts"] for line in lines], [[line["total"]] for line in lines])
        again = self.known(one_hart)
        equal("a second run's output", again[0], self.output)
        equal("a second run's counts", again[1], counts)

    def without(self) -> None:
        status, output = self.run(UINTR + ["-smp", "1", *ICOUNT], "known")
        equal("exit status", status, 0)
        equal("output without the plugin", output, self.output)

    def instructions(self) -> None:
        """All that the hart executes is somebody's."""
        printed = dict(re.findall(r"^known: window (\d+), (\d+) instructions$", self.output, re.MULTILINE))
        equal("windows printed", [int(window) for window in printed], WINDOWS[:-1])
        for window in WINDOWS[:-1]:
            total = sum(self.windows[window][name] for name in WHOSE)
            around = int(printed[str(window)]) - total
            demand(around in AROUND, f"window {window}: {total} instructions, {printed[str(window)]} by the hart")
        equal("firmware's instructions", sum(self.windows[window]["firmware"] for window in WINDOWS), 0)

    def loop(self) -> None:
        equal("user", self.windows[LOOP]["user"], LOOP_LENGTH)
        equal("all others", sum(self.windows[LOOP].values()), LOOP_LENGTH)

    def system_calls(self) -> None:
        events(self.windows[CALLS], traps=ROUNDS, system_calls=ROUNDS)
        demand(50 < per_round(self.windows[CALLS], "kernel") < 200, f"kernel: {self.windows[CALLS]['kernel']}")

    def handlers(self) -> None:
        window = self.windows[SENDS]
        events(window, uipi_sent=ROUNDS, interrupts_taken=ROUNDS, urets=ROUNDS)
        # 17 to save and 17 to restore, csrci, uipi.read, the call of the function and so on.
        demand(2 * 17 + 4 < per_round(window, "handler") < 60, f"handler: {window['handler']}")
        demand(per_round({"user": window["user"] // ROUNDS * ROUNDS}, "user") < 10, f"user: {window['user']}")
        equal("kernel", window["kernel"], 0)

    def kernel_in_handlers(self) -> None:
        """What the kernel does for a handler is the kernel's, and what comes after is the handler's again."""
        window, sends, calls = self.windows[HANDLER_CALLS], self.windows[SENDS], self.windows[CALLS]
        events(window, traps=ROUNDS, system_calls=ROUNDS, uipi_sent=ROUNDS, interrupts_taken=ROUNDS, urets=ROUNDS)
        equal("kernel", window["kernel"], calls["kernel"])
        equal("user", window["user"], sends["user"])
        more = per_round(window, "handler") - per_round(sends, "handler")
        demand(2 < more < 30, f"a system call in the handler makes {more} instructions more")

    def others_in_handlers(self) -> None:
        """What a peer does while a handler waits for it is no handler's."""
        window, sends = self.windows[HANDLER_WAITS], self.windows[SENDS]
        # Each switch of a receiver is some accesses to the controller.
        mmio = per_round(window, "mmio")
        demand(2 <= mmio < 10, f"{mmio} accesses of devices")
        events(window, mmio=mmio * ROUNDS, traps=2 * ROUNDS, system_calls=2 * ROUNDS, space_switches=2 * ROUNDS,
               uipi_sent=ROUNDS, interrupts_taken=ROUNDS, urets=ROUNDS)
        more = per_round(window, "handler") - per_round(sends, "handler")
        demand(5 < more < 60, f"a call in the handler makes {more} instructions more")
        more = window["user"] - sends["user"] - ROUNDS * LOOP_LENGTH
        demand(0 < more < 60 * ROUNDS, f"the peer executes {more} instructions besides its loops")

    def copies(self) -> None:
        for name, number in (("write", PIPE_WRITE), ("read", PIPE_READ)):
            window = self.windows[number]
            events(window, traps=1, system_calls=1, bytes_copied=PAGE)
            demand(window["kernel"] > PAGE / 8, f"{name}: {window['kernel']} instructions of the kernel")

    def switches(self) -> None:
        events(self.windows[IPC], traps=2 * ROUNDS, system_calls=2 * ROUNDS, space_switches=2 * ROUNDS)

    def devices(self) -> None:
        """Each character is a look at the UART's state and a store at least."""
        window = self.windows[CONSOLE]
        equal("bytes copied", window["bytes_copied"], LINE)
        demand(2 * LINE <= window["mmio"] < 4 * LINE, f"mmio: {window['mmio']}")

    def devices_off(self) -> None:
        out = self.folder / "off"
        status, _ = self.run(UINTR + ["-smp", "1", *ICOUNT] + self.plugin(out, "--mmio", "off"), "known")
        equal("exit status", status, 0)
        expected = {number: dict(window, mmio=0) for number, window in self.windows.items()}
        lines = [json.loads(line) for line in out.read_text().splitlines()]
        equal("counts", {line["window"]: line["total"] for line in lines}, expected)

    def several_harts(self, options: list[str]) -> None:
        """The program's own counts are what they are on one hart; others may have been busy, too."""
        _, counts = self.known(options)
        for line in map(json.loads, counts.splitlines()):
            number, total = line["window"], line["total"]
            equal("harts", len(line["harts"]), 4)
            equal("total", total, {name: sum(hart[name] for hart in line["harts"]) for name in total})
            if number in (LOOP, CALLS, SENDS, HANDLER_CALLS, HANDLER_WAITS, PIPE_WRITE, PIPE_READ):
                for name in ("user", "handler", "system_calls", "uipi_sent", "interrupts_taken", "urets",
                             "bytes_copied"):
                    equal(f"window {number}, {name}", total[name], self.windows[number][name])

    def across(self) -> None:
        """Each hart's instructions are its own, though under -icount one host thread executes them all."""
        two_harts = ["-smp", "2", *ICOUNT]
        _, counts = self.known(two_harts, "known across")
        equal("a second run's counts", self.known(two_harts, "known across")[1], counts)
        line = json.loads(counts)
        equal("window", line["window"], ACROSS)
        caller, peer = line["harts"]
        for name, hart in (("caller", caller), ("peer", peer)):
            equal(f"the {name}'s system calls", hart["system_calls"], ROUNDS)
            demand(hart["traps"] >= ROUNDS, f"the {name}'s traps: {hart['traps']}")
            # The firmware carries the interrupts from one to the other.
            demand(hart["firmware"] >= ROUNDS, f"the {name}'s firmware: {hart['firmware']}")
            demand(hart["sbi_calls"] >= ROUNDS, f"the {name}'s SBI calls: {hart['sbi_calls']}")
            equal(f"the {name}'s handlers", hart["handler"], 0)
        demand(0 < caller["user"] < 60 * ROUNDS, f"caller: {caller['user']}")
        demand(0 < peer["user"] - ROUNDS * LOOP_LENGTH < 60 * ROUNDS, f"peer: {peer['user']}")

    def refusals(self) -> None:
        good = self.plugin(self.folder / "refused")
        for name, options in {
                "unknown": [good[0], good[1] + ",nonsense=1"],
                "no address": [good[0], good[1] + ",trap=here"],
                "no range": [good[0], good[1] + ",copy=80000000"],
                "short code": [good[0], good[1] + ",entry=10000:97"],
                "no file": [good[0], re.sub("out=[^,]*", "out=/nonexistent/file", good[1])],
                "nothing": [good[0], good[1].split(",", 1)[0]]}.items():
            status, output = self.run(UINTR + options, "known")
            demand(status == 1, f"{name}: exit status {status}\n{output}")
            demand("attribution: " in output or "No such file" in output, f"{name}: {output}")

    def check(self, name: str, function, *arguments) -> None:
        problem = None
        try:
            function(*arguments)
        except (Problem, KeyError, OSError, ValueError, subprocess.CalledProcessError) as found:
            problem = f"{type(found).__name__}: {found}".replace("\n", "\n# | ")
        self.failed = self.failed or problem is not None
        print(f"{'FAIL' if problem else 'PASS'} attribution/{name}")
        if problem:
            print(f"# {problem}", flush=True)


def main() -> bool | str:
    if len(sys.argv) not in (4, 5):
        return __doc__
    test = Attribution(sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        test.folder = Path(folder)
        test.check("two-runs-equal", test.counted)
        test.check("same-without-plugin", test.without)
        test.check("every-instruction", test.instructions)
        test.check("loop", test.loop)
        test.check("system-calls", test.system_calls)
        test.check("handlers", test.handlers)
        test.check("kernel-in-handlers", test.kernel_in_handlers)
        test.check("others-in-handlers", test.others_in_handlers)
        test.check("bytes-copied", test.copies)
        test.check("space-switches", test.switches)
        test.check("devices", test.devices)
        test.check("devices-off", test.devices_off)
        test.check("icount-smp4", test.several_harts, ["-smp", "4", *ICOUNT])
        test.check("threads-smp4", test.several_harts, ["-smp", "4"])
        test.check("across-harts", test.across)
        test.check("refusals", test.refusals)
    return test.failed


if __name__ == "__main__":
    sys.exit(main())
