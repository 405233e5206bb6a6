# SPDX-License-Identifier: MIT
"""Boots the benchmark guest and reads what it prints."""
import dataclasses
import re
import struct
import subprocess
import tempfile

PARAMETERS = 0x80100000  # guest/bench.h
LAST_RECEIVER = (1 << 64) - 1
TICK_NS = 100  # of the time CSR


@dataclasses.dataclass(frozen=True)
class Machine:
    harts: int = 1
    receivers: int = 512
    imsic: bool = False
    icount: bool = False

    def options(self):
        aia = ",aia=aplic-imsic" if self.imsic else ""
        words = ["-M", f"virt,uintc=on,uintc-receivers={self.receivers}{aia}",
                 "-cpu", "rv64,x-uintr=on", "-smp", str(self.harts)]
        return words + (["-icount", "shift=0,sleep=off"] if self.icount else [])


@dataclasses.dataclass(frozen=True)
class Parameters:
    rounds: int
    ops: int
    cases: tuple = ()
    receiver: int = LAST_RECEIVER

    def pack(self, machine):
        names = "".join(f"{name} " for name in self.cases).encode()
        return struct.pack("<8s5Q1024s", b"uibench1", machine.harts, self.rounds, self.ops,
                           self.receiver, machine.imsic, names)


@dataclasses.dataclass(frozen=True)
class Sample:
    name: str
    round: int
    ops: int
    ticks: int
    cycles: int
    entries: int

    @property
    def ns(self):
        return self.ticks * TICK_NS / self.ops


@dataclasses.dataclass(frozen=True)
class Run:
    samples: list

    def of(self, name):
        return [sample for sample in self.samples if sample.name == name]

    def names(self):
        return list(dict.fromkeys(sample.name for sample in self.samples))


class GuestError(Exception):
    """The guest found a wrong result, or did not come to its end."""


def parse(text, status):
    """A Run from the console's text. Whatever isn't a complete, correct run is an error."""
    samples, wrong, end = [], [], None
    for line in text.splitlines():
        if match := re.fullmatch(r"sample (\S+) (\d+) (\d+) (\d+) (\d+) (\d+)", line):
            samples.append(Sample(match[1], *map(int, match.groups()[1:])))
        elif match := re.fullmatch(r"end (\d+) samples", line):
            end = int(match[1])
        else:
            wrong.append(line)
    if wrong:
        raise GuestError("the guest says: " + "; ".join(wrong[:5]))
    if end != len(samples) or not samples:
        raise GuestError(f"{len(samples)} samples arrived, the guest sent {end}")
    if status != 0:
        raise GuestError(f"exit status {status}")
    return Run(samples)


def run(qemu, image, machine, parameters, wrapper=(), extra=(), timeout=600):
    with tempfile.NamedTemporaryFile() as block:
        block.write(parameters.pack(machine))
        block.flush()
        command = [*wrapper, qemu, *machine.options(), "-bios", "none", "-kernel", image,
                   "-device", f"loader,file={block.name},addr={PARAMETERS:#x},force-raw=on",
                   "-display", "none", "-serial", "stdio", "-monitor", "none", "-net", "none",
                   *extra]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  text=True, errors="replace", timeout=timeout, check=False)
        except subprocess.TimeoutExpired as error:
            text = (error.stdout or b"").decode(errors="replace")
            last = (text.splitlines() or ["nothing"])[-1]
            raise GuestError(f"no end after {timeout} s; the last line was: {last}") from None
    return parse(done.stdout, done.returncode)
