#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the state that QEMU with the series and QEMU without it migrate, and moves a guest from one to the other.

state.py QEMU UNPATCHED SOURCE WORKLOAD: the two emulators, QEMU's source tree, the guest.
"""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import common

# What virt adds; every other description of state is to be the same.
NEW_DESCRIPTIONS = {"riscv.uintc"}

# Instructions are counted and all clocks follow them, so two runs have the same state.
DETERMINISTIC = ["-icount", "shift=0,sleep=off", "-rtc", "base=2020-01-01,clock=vm", "-seed", "1", "-m", "32",
                 "-nodefaults", "-serial", "null"]
MACHINES = {
    "virt": ["-M", "virt", "-smp", "2"],
    "virt-aplic-imsic": ["-M", "virt,aia=aplic-imsic", "-smp", "2"],
    "virt-max-cpu": ["-M", "virt", "-cpu", "max"],
    "spike": ["-M", "spike"],
}
HOST_TIME = ("cpu_ticks_offset", "cpu_clock_offset", "qemu_icount_bias")
PLACE = re.compile(r'"(env.pc|halted)"')
TRIES = 20
PATIENCE = 120.0
# QEMU 10.0 saves mtimecmp and not the timer that it arms: a guest that waits for the timer while
# it is moved sleeps on, with the series or without. The parts that do come first.
TIMERS_DONE = "csr-accesses"
STEP = 0.05  # seconds


def described(qemu: str, machine: str, folder: Path) -> dict:
    file = folder / "vmstate"
    subprocess.run([qemu, "-M", machine, "-dump-vmstate", str(file)], check=True, timeout=PATIENCE)
    return json.loads(file.read_text())


def compare_descriptions(qemus: tuple[str, str], machine: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        without, with_series = (described(qemu, machine, Path(folder)) for qemu in qemus)
    added = set(with_series) - set(without)
    if added != NEW_DESCRIPTIONS:
        return f"new descriptions: {sorted(added)}"
    different = sorted(name for name in without if without[name] != with_series.get(name))
    return f"changed: {different}" if different else ""


def check_statically(qemus: tuple[str, str], source: Path, back: bool) -> str:
    """QEMU's own judgement whether one can load what the other saved."""
    checker = source / "scripts" / "vmstate-static-checker.py"
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, qemu in enumerate(qemus):
            files.append(Path(folder) / f"{number}")
            files[-1].write_text(json.dumps(described(qemu, "virt", Path(folder))))
        if back:
            files.reverse()
        answer = subprocess.run([sys.executable, checker, "-s", files[0], "-d", files[1]],
                                capture_output=True, text=True)
    # On the way back the descriptions of devices that the machine doesn't have are missing.
    expected = [f'Section "{name}" does not exist in dest' for name in NEW_DESCRIPTIONS] if back else []
    said = (answer.stdout + answer.stderr).splitlines()
    return "" if said == expected else "\n".join(said)


class Guests:
    """Guests on both QEMUs."""

    def __init__(self, machine: type, qemus: tuple[str, str], source: Path, workload: str) -> None:
        self.machine = machine
        self.qemus = qemus
        self.analyze = source / "scripts" / "analyze-migration.py"
        self.workload = workload

    def save(self, vm: object, file: Path) -> None:
        vm.cmd("migrate", uri=f"file:{file}")
        deadline = time.monotonic() + PATIENCE
        while (status := vm.cmd("query-migrate").get("status")) != "completed":
            if status == "failed" or time.monotonic() > deadline:
                raise RuntimeError(f"saving the state: {status}")
            time.sleep(STEP)

    def wait_for(self, vm: object, *states: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while (status := vm.cmd("query-status")["status"]) not in states:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the guest is {status}")
            time.sleep(STEP)
        return status

    def state(self, qemu: str, options: list[str], ended: bool, folder: Path) -> dict[str, object]:
        """What migrates when the guest hasn't begun, or has ended."""
        file = folder / "state"
        with self.machine(qemu, args=[*options, *DETERMINISTIC, *([] if ended else ["-S"]), "-no-shutdown"]) as vm:
            vm.launch()
            if ended:
                self.wait_for(vm, "shutdown")
            self.save(vm, file)
        stream = file.read_bytes()
        # Memory goes first, in an order that depends on time; then come devices, from here on.
        state: dict[str, object] = {"stream": stream[stream.index(b"\x05timer"):]}
        for kind in ("state", "desc"):
            answer = subprocess.run([sys.executable, self.analyze, "-f", file, "-d", kind], check=True,
                                    capture_output=True, text=True)
            state[kind] = answer.stdout.splitlines()
        file.unlink()
        return state

    def at_the_same_place(self, options: list[str], ended: bool) -> list[dict[str, object]]:
        """The states of both. A guest that has ended is stopped some instructions later, it depends on the host."""
        for _ in range(TRIES):
            with tempfile.TemporaryDirectory() as folder:
                states = [self.state(qemu, options, ended, Path(folder)) for qemu in self.qemus]
            places = [[line for line in state["state"] if PLACE.search(line)] for state in states]
            if places[0] == places[1] or not ended:
                return states
        raise RuntimeError(f"the guests never stop at the same place: {places}")

    def compare(self, options: list[str], ended: bool) -> str:
        without, with_series = self.at_the_same_place(options, ended)
        for kind in ("desc", "state"):
            if ended:  # when the guest ran, the host's clock counts too
                for state in (without, with_series):
                    state[kind] = [line for line in state[kind] if not any(name in line for name in HOST_TIME)]
            if without[kind] != with_series[kind]:
                lines = zip(without[kind], with_series[kind])
                return f"{kind}:\n" + "\n".join(f"- {a}\n+ {b}" for a, b in lines if a != b)
        if "env.gpr" not in "".join(without["state"]):
            return "the state of the harts is missing"
        return "" if ended or without["stream"] == with_series["stream"] else "other bytes for the same state"

    def compare_ended(self) -> str:
        return self.compare(["-M", "virt", "-bios", self.workload], True)

    def play(self, order: list[str], folder: Path) -> str:
        """Run the workload on the first QEMU, then for a while on each that follows, to the end on the last."""
        output = ""
        state = None
        for number, qemu in enumerate(order):
            last = number == len(order) - 1
            console = folder / f"console{number}"
            options = [*DETERMINISTIC[:-1], f"file:{console}", "-M", "virt", "-bios", self.workload, "-no-shutdown"]
            if state:
                options += ["-incoming", f"file:{state}"]
            with self.machine(qemu, args=options) as vm:
                vm.launch()
                if state:
                    self.wait_for(vm, "paused")
                    vm.cmd("cont")
                deadline = time.monotonic() + PATIENCE
                # On the first QEMU until the guest waits for timers no more, then for a line on each.
                sign = "\n" if number else TIMERS_DONE
                while not last and sign not in console.read_text():
                    if time.monotonic() > deadline:
                        raise RuntimeError(f"the guest says no more than {console.read_text()!r}")
                    time.sleep(STEP / 10)
                if last:
                    self.wait_for(vm, "shutdown")
                else:
                    vm.cmd("stop")
                    if self.wait_for(vm, "paused", "shutdown") == "shutdown":
                        raise RuntimeError(f"the guest ended on QEMU {number + 1} of {len(order)}")
                    state = folder / f"state{number}"
                    self.save(vm, state)
            output += console.read_text()
        return output

    def move(self) -> str:
        without, with_series = self.qemus
        with tempfile.TemporaryDirectory() as folder:
            straight = self.play([without], Path(folder))
            moved = self.play([without, with_series, without, with_series], Path(folder))
        if "\nend " not in straight:
            return f"without a move the guest says:\n{straight}"
        return "" if moved == straight else f"without a move:\n{straight}\nmoved:\n{moved}"


def main() -> int:
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    qemus = (sys.argv[2], sys.argv[1])
    source = Path(sys.argv[3])
    guests = Guests(common.load_qemu_machine(source), qemus, source, sys.argv[4])
    part = functools.partial
    checks = {
        "vmstate-descriptions": part(compare_descriptions, qemus, "virt"),
        "vmstate-checker-to-series": part(check_statically, qemus, source, False),
        "vmstate-checker-from-series": part(check_statically, qemus, source, True),
    }
    for name, options in MACHINES.items():
        checks[f"migration-stream-{name}"] = part(guests.compare, [*options, "-bios", "none"], False)
    checks["migration-stream-after-workload"] = guests.compare_ended
    checks["migration-to-series-and-back"] = guests.move
    return common.run(checks)


if __name__ == "__main__":
    sys.exit(main())
