#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares what QEMU with the series and QEMU without it show to guests and users: device trees, names, properties.

interfaces.py QEMU UNPATCHED SOURCE: the two emulators and QEMU's source tree.
"""

from __future__ import annotations

import functools
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import common

# All that may differ with nothing enabled.
NEW_CPU_PROPERTIES = {"x-n", "x-uintr", "x-sutc"}
NEW_MACHINE_PROPERTIES = {"uintc", "uintc-receivers", "plic-umode"}
NEW_TYPES = {"riscv.uintc"}
NEW_DEVICE_PROPERTIES = {"riscv.sifive.plic": {"u-mode"}}

# -seed fixes what the tree gives a guest's random number generator.
DEVICE_TREES = {
    "virt": ["-M", "virt"],
    "virt-4-harts": ["-M", "virt", "-smp", "4"],
    "virt-max-cpu": ["-M", "virt", "-cpu", "max"],
    "virt-rva23s64": ["-M", "virt", "-cpu", "rva23s64"],
    "virt-aclint": ["-M", "virt,aclint=on", "-smp", "2"],
    "virt-aplic": ["-M", "virt,aia=aplic", "-smp", "2"],
    "virt-aplic-imsic": ["-M", "virt,aia=aplic-imsic,aia-guests=2", "-smp", "2"],
    "virt-2-sockets": ["-M", "virt", "-m", "256", "-smp", "4,sockets=2",
                       "-object", "memory-backend-ram,id=m0,size=128M", "-numa", "node,memdev=m0,cpus=0-1",
                       "-object", "memory-backend-ram,id=m1,size=128M", "-numa", "node,memdev=m1,cpus=2-3"],
    "spike": ["-M", "spike", "-smp", "2"],
    "sifive-u": ["-M", "sifive_u", "-smp", "5"],
}

CPUS = ["rv64", "max", "rva22s64", "rva23s64", "rv64i", "sifive-u54"]
HELP = {
    "cpu": (set(), ["-cpu", "help"]),
    "machines": (set(), ["-M", "help"]),
    "devices": (set(), ["-device", "help"]),
    "machine-virt": (NEW_MACHINE_PROPERTIES, ["-M", "virt,help"]),
    "machine-spike": (set(), ["-M", "spike,help"]),
    "machine-sifive-u": (set(), ["-M", "sifive_u,help"]),
}


def device_tree(qemu: str, options: list[str]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dtb"
        options = [options[0], f"{options[1]},dumpdtb={file}", *options[2:]]
        subprocess.run([qemu, *options, "-seed", "1", "-display", "none", "-nodefaults", "-bios", "none"],
                       check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60)
        return file.read_bytes()


def source_of(tree: bytes) -> list[str]:
    dtc = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts"], input=tree, check=True, capture_output=True)
    return dtc.stdout.decode().splitlines()


def changed(before: list[str], after: list[str]) -> str:
    return "\n".join([f"- {line}" for line in before if line not in after] +
                     [f"+ {line}" for line in after if line not in before]) or "the order differs"


def compare_trees(qemus: tuple[str, str], options: list[str]) -> str:
    without, with_series = (device_tree(qemu, options) for qemu in qemus)
    if len(without) < 500:
        return f"only {len(without)} bytes"
    return "" if without == with_series else changed(source_of(without), source_of(with_series))


def help_lines(qemu: str, options: list[str]) -> list[str]:
    answer = subprocess.run([qemu, *options], check=True, capture_output=True, text=True, timeout=60)
    return answer.stdout.splitlines()


def compare_help(qemus: tuple[str, str], names: set[str], options: list[str]) -> str:
    """The lines without the series, and beside them one for each of the new names."""
    without, with_series = (help_lines(qemu, options) for qemu in qemus)
    added = [line for line in with_series if line not in without]
    if {re.match(r'[ ]*(?:name ")?([\w.-]*)', line)[1] for line in added} != names:
        return f"not just {sorted(names)} are new:\n" + "\n".join(added)
    rest = [line for line in with_series if line not in added]
    return "" if without == rest else changed(without, rest)


class Monitor:
    """What the monitors of the two QEMUs say; `with` must be what `without` is, but for the new names."""

    def __init__(self, machine: type, qemus: tuple[str, str]) -> None:
        self.machine = machine
        self.qemus = qemus

    def ask(self, qemu: str, command: str, **arguments: object) -> object:
        return self.ask_all(qemu, command, [arguments])[0]

    def ask_all(self, qemu: str, command: str, questions: list[dict]) -> list:
        with self.machine(qemu, args=["-M", "virt", "-nodefaults", "-S", "-bios", "none"]) as vm:
            vm.launch()
            answers = []
            for arguments in questions:
                answer = vm.qmp(command, args_dict=arguments)
                answers.append(answer["return"] if "return" in answer else answer["error"]["desc"])
            return answers

    def same(self, command: str) -> str:
        without, with_series = (self.ask(qemu, command) for qemu in self.qemus)
        return "" if without == with_series else f"{command} answers differently"

    @functools.cache
    def types(self, qemu: str, implements: str, abstract: bool) -> frozenset[str]:
        answer = self.ask(qemu, "qom-list-types", implements=implements, abstract=abstract)
        return frozenset(kind["name"] for kind in answer)

    def compare_types(self) -> str:
        without, with_series = (self.types(qemu, "object", True) for qemu in self.qemus)
        if with_series - without != NEW_TYPES or without - with_series:
            return f"new {sorted(with_series - without)}, gone {sorted(without - with_series)}"
        return ""

    def compare_properties(self, command: str, implements: str) -> str:
        """The properties of every type that both have."""
        kinds = sorted(self.types(self.qemus[0], implements, False))
        questions = [{"typename": kind} for kind in kinds]
        answers = [self.ask_all(qemu, command, questions) for qemu in self.qemus]
        problems = []
        for kind, without, with_series in zip(kinds, *answers):
            allowed = NEW_DEVICE_PROPERTIES.get(kind, set())
            if kind.endswith("-riscv-cpu"):
                allowed = NEW_CPU_PROPERTIES
            elif kind == "virt-machine":
                allowed = NEW_MACHINE_PROPERTIES
            added = {item["name"] for item in with_series} - {item["name"] for item in without}
            rest = [item for item in with_series if item["name"] not in added]
            key = functools.partial(sorted, key=lambda item: item["name"])
            if not added <= allowed or key(rest) != key(without):
                problems.append(f"{kind}: new {sorted(added)}")
        return "\n".join(problems)

    def compare_expansion(self, cpu: str) -> str:
        without, with_series = (self.ask(qemu, "query-cpu-model-expansion", type="full", model={"name": cpu})
                                for qemu in self.qemus)
        if not isinstance(without, dict):
            return "" if without == with_series else f"{without!r} became {with_series!r}"
        without, with_series = without["model"]["props"], with_series["model"]["props"]
        added = {name: with_series.pop(name) for name in NEW_CPU_PROPERTIES if name in with_series}
        if set(added) != NEW_CPU_PROPERTIES or any(added.values()):
            return f"the new names are {added}"
        return "" if without == with_series else changed([f"{item}" for item in without.items()],
                                                         [f"{item}" for item in with_series.items()])


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    qemus = (sys.argv[2], sys.argv[1])
    monitor = Monitor(common.load_qemu_machine(Path(sys.argv[3])), qemus)
    part = functools.partial
    checks = {f"device-tree-{name}": part(compare_trees, qemus, options) for name, options in DEVICE_TREES.items()}
    checks |= {f"help-{name}": part(compare_help, qemus, *new) for name, new in HELP.items()}
    checks |= {f"cpu-expansion-{cpu}": part(monitor.compare_expansion, cpu) for cpu in CPUS}
    checks |= {name: part(monitor.same, name) for name in
               ("query-cpu-definitions", "query-machines", "query-qmp-schema")}
    checks["types"] = monitor.compare_types
    checks["device-properties"] = part(monitor.compare_properties, "device-list-properties", "device")
    checks["machine-properties"] = part(monitor.compare_properties, "qom-list-properties", "machine")
    return common.run(checks)


if __name__ == "__main__":
    sys.exit(main())
