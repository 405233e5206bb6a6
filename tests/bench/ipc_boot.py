# SPDX-License-Identifier: MIT
"""Boots the guest with a program that measures IPC and reads what it and the plugin say.

Whatever isn't a complete, correct run is an error: a status that isn't 0, a wrong answer, a line
without its counts, two runs with -icount that differ.
"""
from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path

from boot import GuestError

FIRMWARE = "/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin"
ROOT = Path(__file__).resolve().parent.parent.parent
ARGUMENTS = ROOT / "tools" / "attribution" / "arguments.py"
MACHINE = ["-M", "virt,uintc=on", "-cpu", "rv64,x-uintr=on", "-m", "256", "-display", "none",
           "-nic", "none", "-serial", "stdio", "-monitor", "none", "-no-reboot"]
ICOUNT = ["-icount", "shift=0,sleep=off"]
KERNEL, INITRD = "guest-kernel/kernel.elf", "user/initrd.cpio"
KV = re.compile(r"kv: (\w+), (\d+) clients, (\d+) requests, (\d+) bytes, (\d+) in flight: "
                r"(\d+) (instructions a request|requests a second)$")


class Guest:
    """QEMU and where build.sh has built the guest."""

    def __init__(self, qemu, build):
        self.qemu, self.build = qemu, Path(build)
        self.built = self.times()

    def file(self, name):
        return self.build / "guest" / name

    def times(self):
        """When kernel and programs were built."""
        return [self.file(name).stat().st_mtime_ns for name in (KERNEL, INITRD)]

    def options(self, command, harts):
        return [self.qemu, *MACHINE, "-smp", str(harts), "-bios", FIRMWARE,
                "-kernel", str(self.file(KERNEL)), "-initrd", str(self.file(INITRD)), "-append", command]

    def run(self, boot, extra=()):
        """What it prints."""
        try:
            done = subprocess.run([*self.options(boot.command, boot.harts), *extra],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=boot.timeout, check=False)
        except subprocess.TimeoutExpired as expired:
            last = (expired.stdout or b"").decode(errors="replace").splitlines()[-3:]
            raise GuestError(f"{boot.command}: no end after {boot.timeout} s: {last}") from expired
        text = done.stdout.decode(errors="replace").replace("\r", "")
        if done.returncode != 0:
            raise GuestError(f"{boot.command}: status {done.returncode}: {text.splitlines()[-4:]}")
        if self.times() != self.built:
            raise GuestError("the guest was built anew while it was measured")
        return text

    def plugin(self, out, programs):
        done = subprocess.run([ARGUMENTS, "--build", str(self.build), out, *programs],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise GuestError(done.stderr.strip())
        return done.stdout.split()


def entries_of(text, command):
    """The program's lines: one for each thing that was measured."""
    found = []
    for line in text.splitlines():
        if line.startswith('{"mechanism"'):
            found.append(json.loads(line))
            if found[-1]["wrong"]:
                raise GuestError(f"{command}: wrong answers: {line}")
        elif match := KV.match(line):
            name, clients, requests, size, depth, figure, unit = match.groups()
            found.append({"mechanism": name, "clients": int(clients), "size": int(size),
                          "depth": int(depth), "unit": unit.split()[0], "median": int(figure),
                          "window": int(requests), "requests": int(requests)})
    if not found:
        raise GuestError(f"{command}: it measured nothing: {text.splitlines()[-4:]}")
    return found


def count(guest, boot):
    """Entries with `counts`: what a round (a request of kv) took on all harts. Two equal runs."""
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for number in (1, 2):
            out = Path(folder) / f"counts{number}"
            text = guest.run(boot, [*ICOUNT, *guest.plugin(out, boot.programs)])
            windows = [json.loads(line)["total"] for line in out.read_text().splitlines()]
            runs.append((entries_of(text, boot.command), windows))
    (entries, windows), again = runs
    if len(entries) != len(windows):
        raise GuestError(f"{boot.command}: {len(entries)} lines, {len(windows)} windows")
    for entry, window, entry2, window2 in zip(entries, windows, *again, strict=True):
        if (entry, window) != (entry2, window2):
            raise GuestError(f"two runs with -icount differ: {entry} {window}, {entry2} {window2}")
        entry["counts"] = {name: total / entry["window"] for name, total in window.items()}
    return entries


def time(guest, boot):
    """Entries in nanoseconds, without plugin and -icount."""
    return entries_of(guest.run(boot), boot.command)
