#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Snapshots of a guest that sends user interrupts, recording and replaying it, and counting its instructions.

guest-snapshot.py QEMU KERNEL INITRD FIRMWARE: one line `PASS snapshot/<name>` or `FAIL snapshot/<name>` a
check, a failed one followed by its reason; the exit status is 1 if any failed.
"""

from __future__ import annotations

import difflib
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from qmp import PATIENCE, Gone, Qemu

UINTR = ["-M", "virt,uintc=on", "-cpu", "rv64,x-uintr=on"]
ICOUNT = ["-icount", "shift=0,sleep=off"]
SNAPSHOTS = 100
IN_FLIGHT = 60  # of the snapshots, with something posted and not yet handled
TRIES = 12  # to stop the guest at such a moment
RUNS_AT_MOST = 40
RUN = 0.001  # seconds between two tries
RUN_ON = 0.003  # from a snapshot to going back to it
VERDICT = ["race: 5000 requests, 5000 answers, nothing lost", "[kernel] init ended with status 0, powering off"]
STARTED = "UINTC at"


class Problem(Exception):
    """What a check has found."""


def state(qemu: Qemu) -> str:
    """All that the guest can tell of itself: the interrupt controllers and every hart's registers."""
    return qemu.human("info pic") + qemu.human("info registers -a")


def in_flight(now: str) -> bool:
    """A vector is pending, a doorbell waits to be claimed, or a hart has USIP set."""
    return bool(
        re.search(r"pending=0x0*[1-9a-f]", now)
        or re.search(r"uintc: \d+ receivers, [1-9]", now)
        or re.search(r"^ mip +[0-9a-f]*[13579bdf]$", now, re.MULTILINE)
    )


def same(what: str, before: str, after: str) -> None:
    if before != after:
        changes = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
        raise Problem(f"{what}:\n" + "\n".join(list(changes)[:30]))


def check_end(output: str, status: int) -> None:
    lines = [line for line in output.replace("\r", "").splitlines() if line]
    if status or lines[-2:] != VERDICT or sum("race:" in line for line in lines) != 1:
        raise Problem(f"exit status {status}, and it printed:\n" + "\n".join(lines[-10:]))


class Snapshots:
    """Takes snapshots of one guest after the other until there are enough."""

    def __init__(self) -> None:
        self.taken = self.flying = self.moved_on = 0
        self.states: set[str] = set()

    def take(self, qemu: Qemu) -> None:
        for _ in range(TRIES):
            qemu.command("cont")
            time.sleep(RUN)
            qemu.command("stop")
            before = state(qemu)
            if in_flight(before):
                break
        if answer := qemu.human("savevm one"):
            raise Problem(f"savevm: {answer}")
        same("savevm itself changed something", before, state(qemu))
        qemu.command("cont")
        time.sleep(RUN_ON)
        qemu.command("stop")
        moved_on = state(qemu) != before
        if answer := qemu.human("loadvm one"):
            raise Problem(f"loadvm: {answer}")
        same("loadvm came back to something else", before, state(qemu))
        self.taken += 1
        self.states.add(before)
        self.flying += in_flight(before)
        self.moved_on += moved_on

    def of_one_guest(self, argv: list[str], folder: Path, number: int) -> None:
        image = folder / "disk.qcow2"
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(image), "1M"], check=True)
        qemu = Qemu([*argv, "-drive", f"if=none,format=qcow2,file={image}"], folder, number, None)
        try:
            while STARTED not in qemu.text():
                qemu.command("query-status")
            while self.taken < SNAPSHOTS:
                self.take(qemu)
            qemu.command("cont")
        except Gone:  # it came to its end
            pass
        try:
            status = qemu.process.wait(PATIENCE)
        finally:
            qemu.close()
        check_end(qemu.text(), status)


def snapshots(argv: list[str], folder: Path) -> str:
    done = Snapshots()
    runs = 0
    while done.taken < SNAPSHOTS and runs < RUNS_AT_MOST:
        done.of_one_guest(argv, folder, runs)
        runs += 1
    told = (f"{done.taken} snapshots of {runs} runs, {len(done.states)} of them different, "
            f"{done.flying} with something in flight, {done.moved_on} left behind before going back")
    if done.taken < SNAPSHOTS or min(len(done.states), done.flying, done.moved_on) < IN_FLIGHT:
        raise Problem(told)
    return told


def traced_run(argv: list[str], folder: Path, name: str) -> tuple[str, str]:
    """Return what a guest prints, and each trap with its address and each step of the controller, in order."""
    log = folder / f"{name}.txt"
    done = subprocess.run(
        [*argv, "-serial", "stdio", "-d", "int,trace:riscv_uintc_*", "-D", str(log)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, check=False)
    output = done.stdout.decode(errors="replace").replace("\r", "")
    if done.returncode or "ended with status 0, powering off" not in output:
        raise Problem(f"exit status {done.returncode}, and it printed:\n{output[-500:]}")
    return output, log.read_text()


def compare(runs: list[tuple[str, str]]) -> str:
    """
    The timer's traps come after a number of instructions, so their addresses tell of any difference in that
    number. Other harts go on for a moment after one of them has powered off: only there may the longer run
    have something that the other has not.
    """
    same("the second run printed something else", runs[0][0], runs[1][0])
    shorter, longer = sorted((run[1] for run in runs), key=len)
    same("the second run took other traps or posts", shorter, longer[: len(shorter)])
    posts, traps = (shorter.count(word) for word in ("riscv_uintc_post", "riscv_cpu_do_interrupt"))
    told = f"{posts} posts, {traps} traps, {len(longer) - len(shorter)} bytes of log after the end"
    if posts < 1000 or traps < 1000 or len(shorter) < 0.99 * len(longer):
        raise Problem(told)
    return told


def replayed(argv: list[str], folder: Path) -> str:
    """QEMU's record/replay takes one hart only."""
    modes = [f"shift=0,rr={mode},rrfile={folder}/log" for mode in ("record", "replay")]
    return compare([traced_run([*argv, "-icount", mode], folder, f"run{i}") for i, mode in enumerate(modes)])


def counted_twice(argv: list[str], folder: Path) -> str:
    return compare([traced_run([*argv, *ICOUNT], folder, f"run{i}") for i in range(2)])


def main() -> int:
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    qemu, kernel, initrd, firmware = sys.argv[1:]
    argv = [qemu, *UINTR, "-m", "256", "-display", "none", "-nic", "none", "-monitor", "none",
            "-bios", firmware, "-kernel", kernel, "-initrd", initrd]
    race = [*argv, "-append", "race"]
    cases: list[tuple] = [
        ("savevm-loadvm-threads", snapshots, [*race, "-smp", "2"]),
        ("savevm-loadvm-icount", snapshots, [*race, "-smp", "2", *ICOUNT]),
        ("record-replay-demo", replayed, argv),
        ("record-replay-race", replayed, race),
        ("icount-twice-demo-smp2", counted_twice, [*argv, "-smp", "2"]),
        ("icount-twice-race-smp4", counted_twice, [*race, "-smp", "4"]),
    ]
    failed = False
    for name, case, options in cases:
        with tempfile.TemporaryDirectory() as folder:
            try:
                told = case(options, Path(folder))
                print(f"PASS snapshot/{name}\n# {told}", flush=True)
            except (Problem, Gone, OSError, RuntimeError, subprocess.SubprocessError) as error:
                failed = True
                print(f"FAIL snapshot/{name}")
                print("".join(f"# {line}\n" for line in f"{type(error).__name__}: {error}".splitlines()), end="", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
