# SPDX-License-Identifier: MIT
"""Where the guest instructions of a round trip are, by source file.

QEMU logs every instruction (-d exec, one to a block) of two boots; what the one with more round
trips has more, by their number, is one round trip. The start and all else cancel out.
"""
from __future__ import annotations

import collections
import os
import re
import subprocess
import tempfile
import threading
from pathlib import Path

from boot import GuestError
from ipc_boot import ICOUNT, entries_of
from ipc_plan import Boot

FEW, MANY = 10, 60
# Programs are linked at 0x10000, the kernel in the upper half.
RANGES = "0x10000..0x60000,0xffffffc080200000..0xffffffc080280000"
KERNEL = 1 << 63
PLACE = re.compile(r"/([0-9a-f]{16})/")


# The measuring itself: in these files of programs and in picolibc.
MEASURING = ("user/bench/measure.c", "user/bench/pair.c", "user/demo/", "elsewhere")


def files_of(image, addresses):
    """The source file that each address comes from, inlined functions' own ones."""
    done = subprocess.run(["riscv64-unknown-elf-addr2line", "-e", image],
                          input="\n".join(f"{address:x}" for address in addresses),
                          capture_output=True, text=True, check=True)
    files = []
    for line in done.stdout.splitlines():
        match = re.search(r"((?:guest-kernel|user)/[\w/.]+):", line)
        files.append(match[1] if match else "elsewhere")
    return dict(zip(addresses, files, strict=True))


def executed(guest, mechanism, rounds):
    """How often each address was executed."""
    boot = Boot("profile", f"pingpong {mechanism} --rounds {rounds}")
    counts = collections.Counter()

    def read(path):
        with open(path, encoding="ascii", errors="replace") as log:
            for line in log:
                if match := PLACE.search(line):
                    counts[match[1]] += 1

    with tempfile.TemporaryDirectory() as folder:
        pipe = Path(folder) / "log"
        os.mkfifo(pipe)
        reader = threading.Thread(target=read, args=(pipe,))
        reader.start()
        try:
            text = guest.run(boot, [*ICOUNT, "-accel", "tcg,one-insn-per-tb=on", "-d",
                                    "exec,nochain", "-dfilter", RANGES, "-D", str(pipe)])
        finally:
            if reader.is_alive() and not counts:  # it never opened the log
                os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))
            reader.join()
    entries_of(text, boot.command)
    return counts


def profile(guest, mechanism):
    """{source file: instructions} of one round trip, most first."""
    few, many = (executed(guest, mechanism, rounds) for rounds in (FEW, MANY))
    more = {int(place, 16): times - few[place] for place, times in many.items()
            if times > few[place]}
    names = {}
    for image, kernel in (("guest-kernel/kernel.elf", True), ("user/pingpong", False)):
        names.update(files_of(guest.file(image),
                              [address for address in more if (address >= KERNEL) == kernel]))
    files = collections.Counter()
    for address, times in more.items():
        if not names[address].startswith(MEASURING):
            files[names[address]] += times
    # Each round is executed twice: for the samples and for the window.
    rounds = 2 * (MANY - FEW)
    found = {name: round(times / rounds, 1) for name, times in files.most_common()
             if times >= rounds / 2}
    if not found:
        raise GuestError(f"profile of {mechanism}: nothing was executed")
    return found
