#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Boots Debian's Linux to tests/linux/init on two harts, with everything off, on, and with AIA.

boot.py QEMU FIRMWARE KERNEL INITRD: a verdict linux/<machine>-<check> for each check of the script, and
linux/<machine>-powers-off for a clean end of QEMU.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time

PATIENCE = 400  # seconds, for machines that have much else to do
CHECKS = ["harts", "cpuinfo-isa", "device-tree-isa", "timer-interrupts", "inter-processor-interrupts",
          "uart-interrupts", "interrupt-controller", "no-complaints"]
ALL = "rv64,x-uintr=on,x-sutc=on"
NAMES = "xn+xsutc+xuintr+"
# Options, and what the script is to find: interrupt controller and names in the isa property.
MACHINES = {
    "off": (["-M", "virt"], "PLIC", ""),
    "on": (["-M", "virt,uintc=on,plic-umode=on", "-cpu", ALL], "PLIC", NAMES),
    "on-aia": (["-M", "virt,aia=aplic-imsic,uintc=on", "-cpu", ALL], "APLIC", NAMES),
}


def boot(qemu: str, firmware: str, kernel: str, initrd: str, options: list[str], expect: str) -> tuple[str, str]:
    """Return what is wrong with how it ended, and the console."""
    command = [qemu, *options, "-smp", "2", "-m", "256M", "-display", "none", "-monitor", "none", "-nodefaults",
               "-serial", "stdio", "-no-reboot", "-bios", firmware, "-kernel", kernel, "-initrd", initrd,
               "-append", f"console=ttyS0 panic=-1 harts=2 {expect}"]
    try:
        run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             timeout=PATIENCE)
    except subprocess.TimeoutExpired as error:
        return f"still running after {PATIENCE} s", (error.stdout or b"").decode(errors="replace")
    console = run.stdout.decode(errors="replace").replace("\r", "")
    if run.returncode:
        return f"exit status {run.returncode}", console
    return "" if "reboot: Power down" in console else "it ended without powering off", console


def main() -> int:
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    failed = False
    for machine, (options, chip, new) in MACHINES.items():
        start = time.monotonic()
        problem, console = boot(*sys.argv[1:], options, f"chip={chip} new={new}")
        print(f"# {machine}: {time.monotonic() - start:.0f} s")
        good = {name for word, name in re.findall(r"^(OK|BAD) ([a-z-]+)$", console, re.M) if word == "OK"}
        verdicts = {name: name in good for name in CHECKS}
        verdicts["powers-off"] = not problem
        for name, passed in verdicts.items():
            print(f"{'PASS' if passed else 'FAIL'} linux/{machine}-{name}")
        if not all(verdicts.values()):
            failed = True
            print(f"# {problem}\n" + "".join(f"# | {line}\n" for line in console.splitlines()[-60:]), end="")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
