# SPDX-License-Identifier: MIT
"""Boots the guest and says what came of it; shared by tests/guest-*.py."""

import os
import re
import subprocess

FIRMWARE = "/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin"
ICOUNT = ["-icount", "shift=0,sleep=off"]
UINTR = ["-M", "virt,uintc=on", "-cpu", "rv64,x-uintr=on"]
TIMEOUT = float(os.environ.get("GUEST_TIMEOUT", "120"))


class Guest:
    """A kernel and an initrd to boot, and the verdicts about them."""

    def __init__(self, arguments):
        self.qemu, self.kernel, self.initrd = arguments[:3]
        self.firmware = arguments[3] if len(arguments) > 3 else FIRMWARE
        self.failed = False

    def run(self, options, command=None, timeout=TIMEOUT):
        """Exit status (or "timeout") and output."""
        argv = [self.qemu, "-m", "256", "-display", "none", "-nic", "none", "-serial", "stdio", "-monitor", "none",
                "-bios", self.firmware, "-kernel", self.kernel, "-initrd", self.initrd] + options
        if command is not None:
            argv += ["-append", command]
        try:
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=timeout, check=False)
        except subprocess.TimeoutExpired as expired:
            return "timeout", (expired.stdout or b"").decode(errors="replace").replace("\r", "")
        return done.returncode, done.stdout.decode(errors="replace").replace("\r", "")

    def verdict(self, name, problem, output):
        if problem is None:
            print(f"PASS guest/{name}", flush=True)
            return
        self.failed = True
        print(f"FAIL guest/{name}")
        print(f"# {problem}")
        print("".join(f"# | {line}\n" for line in output.splitlines()[-60:]), end="", flush=True)

    def expect(self, name, options, command, status, lines):
        """Runs once; every pattern must match a line, in this order."""
        actual, output = self.run(options, command)
        problem = None
        left = output.splitlines()
        for pattern in lines:
            at = next((i for i, line in enumerate(left) if re.match(pattern, line)), None)
            if at is None:
                problem = f"no line matches: {pattern}"
                break
            left = left[at + 1:]
        if actual != status:
            problem = f"exit status {actual}, expected {status}"
        self.verdict(name, problem, output)
        return output
