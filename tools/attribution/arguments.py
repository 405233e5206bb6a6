#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints QEMU's option for the attribution plugin, with the addresses that it needs from the guest's files.

arguments.py [--build FOLDER] [--mmio kernel|all|off] OUT [PROGRAM...]: OUT is the file for the counts, each PROGRAM
one whose user-interrupt handlers are looked for: a name, or a path of another ELF file. All of them if none is named.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

TOOLS = "riscv64-unknown-elf-"
# What copies in the kernel: core/usercopy.c calls these. KEEP_LOOPS keeps copy_memory() from being inlined.
COPIES = re.compile(r"(copy_memory|memcpy|memmove)$")
MUST_COPY = "copy_memory"
HANDLER = re.compile(r"uintr_entry(_fp)?(_stack)?$")
ENTRY_CODE = 16  # bytes that the plugin compares


class Problem(Exception):
    """What is wrong with a file."""


class Image:
    """The code of an ELF file: functions in order of their addresses."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.symbols: list[tuple[int, str]] = []
        listing = self.tool("nm", "--numeric-sort", "--defined-only")
        for line in listing.splitlines():
            address, kind, name = line.split()
            if kind in "tT":
                self.symbols.append((int(address, 16), name))

    def tool(self, name: str, *options: str) -> str:
        done = subprocess.run([TOOLS + name, *options, str(self.path)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Problem(done.stderr.strip())
        return done.stdout

    def address(self, name: str) -> int:
        for address, symbol in self.symbols:
            if symbol == name:
                return address
        raise Problem(f"{self.path}: no symbol {name}")

    def end(self, start: int) -> int:
        """Where the next function begins."""
        return next((address for address, _ in self.symbols if address > start), start)

    def code(self, start: int, size: int) -> str:
        """So many bytes of it in hexadecimal, in the order of their addresses."""
        dump = self.tool("objdump", "--section=.text", "--full-contents", f"--start-address={start:#x}",
                         f"--stop-address={start + size:#x}")
        lines = re.findall(r"^ [0-9a-f]+ ((?:[0-9a-f]+ ){1,4})", dump, re.MULTILINE)
        code = "".join(lines).replace(" ", "")
        if len(code) != 2 * size:
            raise Problem(f"{self.path}: no code at {start:#x}")
        return code


def of_kernel(kernel: Image) -> list[str]:
    back = kernel.address("user_return")
    kernel.address(MUST_COPY)
    words = [f"trap={kernel.address('trap_entry'):x}", f"return={back:x}", f"end={kernel.end(back):x}"]
    words += [f"copy={start:x}-{kernel.end(start):x}" for start, name in kernel.symbols if COPIES.match(name)]
    return words


def of_program(program: Image) -> list[str]:
    return [f"entry={start:x}:{program.code(start, ENTRY_CODE)}"
            for start, name in program.symbols if HANDLER.match(name)]


def programs_of(guest: Path, names: list[str]) -> list[Path]:
    if names:
        return [Path(name) if "/" in name else guest / "user" / name for name in names]
    return sorted(path for path in (guest / "user").iterdir()
                  if path.is_file() and path.read_bytes()[:4] == b"\x7fELF")


def main() -> int:
    root = Path(__file__).resolve().parent.parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=root / "build", help="where build.sh has built")
    parser.add_argument("--mmio", choices=["kernel", "all", "off"], help="whose accesses to devices are counted")
    parser.add_argument("out", metavar="OUT", help="the file for the counts")
    parser.add_argument("programs", metavar="PROGRAM", nargs="*", help="whose handlers are looked for; all")
    args = parser.parse_args()
    guest = args.build / "guest"
    words = [str(args.build / "plugins" / "attribution.so"), f"out={args.out}"]
    if args.mmio:
        words.append(f"mmio={args.mmio}")
    try:
        words += of_kernel(Image(guest / "guest-kernel" / "kernel.elf"))
        for path in programs_of(guest, args.programs):
            words += [word for word in of_program(Image(path)) if word not in words]
    except (OSError, Problem) as problem:
        print(f"arguments.py: {problem}", file=sys.stderr)
        return 1
    print("-plugin", ",".join(words))
    return 0


if __name__ == "__main__":
    sys.exit(main())
