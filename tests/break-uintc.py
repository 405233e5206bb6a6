#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Build a QEMU whose user-interrupt controller has two faults.

break-uintc.py BUILD OUTPUT: compiles changed copies of two of its files with
the commands of the build folder and links them into OUTPUT. A test that runs
on it must fail; if it doesn't, the sanitizers of that build see nothing.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

EMULATOR = "qemu-system-riscv64"

# File, what is in it, and the fault in its place.
FAULTS = (
    # Slots behind the last receiver are read: AddressSanitizer's to see.
    ("hw/intc/riscv_uintc.c", "index >= s->num_receivers", "index >= 0x100000"),
    # Vectors above 31 shift an int too far: UBSan's.
    ("hw/intc/riscv_uintc_delivery.c", "BIT_ULL(vector)", "(1 << vector)"),
)


def main() -> int:
    """Compile, then link."""
    build, output = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    output.parent.mkdir(parents=True, exist_ok=True)
    listed = subprocess.run(
        ["ninja", "-C", str(build), "-t", "compdb", "-x"], stdout=subprocess.PIPE, check=True
    )
    commands = {entry["output"]: entry for entry in json.loads(listed.stdout)}
    link = shlex.split(commands[EMULATOR]["command"])
    link[link.index(EMULATOR)] = str(output)
    for path, right, wrong in FAULTS:
        name = "_" + path.replace("/", "_") + ".o"
        found = [word for word in link if ("_" + word.split("/")[-1]) == name]
        if len(found) != 1:
            sys.exit(f"{EMULATOR} is not linked from one object of {path}: {found}")
        entry = commands[found[0]]
        source = build / entry["file"]
        text = source.read_text()
        if right not in text:
            sys.exit(f"{path} has no '{right}' to break: choose another fault")
        broken = output.parent / source.name
        broken.write_text(text.replace(right, wrong))
        target = str(output.parent / (source.name + ".o"))
        command = [target if word == found[0] else word for word in shlex.split(entry["command"])]
        command[command.index(entry["file"])] = str(broken)
        # Its own headers are beside the original.
        subprocess.run([*command, "-iquote", str(source.parent)], cwd=build, check=True)
        link[link.index(found[0])] = target
    subprocess.run(link, cwd=build, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
