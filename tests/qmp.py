# SPDX-License-Identifier: MIT
"""One QEMU with a guest in it, commanded through QMP."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from pathlib import Path

STEP = 0.01  # seconds between two looks at something that is awaited
PATIENCE = float(os.environ.get("GUEST_TIMEOUT", "60"))


class Gone(Exception):
    """The guest has powered off and its QEMU with it."""


class Qemu:
    """One QEMU with the guest in it; `source` is the file of state that it starts from."""

    def __init__(self, argv: list[str], folder: Path, number: int, source: Path | None) -> None:
        self.output = folder / f"output{number}"
        path = folder / f"qmp{number}"
        argv = argv + ["-serial", f"file:{self.output}", "-qmp", f"unix:{path},server=on,wait=off"]
        if source:
            argv += ["-incoming", f"file:{source}", "-S"]
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
        self.socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(STEP)
        self.channel = self.socket.makefile("rw")
        self.command("qmp_capabilities")

    def command(self, name: str, **arguments: str) -> dict | str:
        try:
            self.channel.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
            self.channel.flush()
            for line in self.channel:
                answer = json.loads(line)
                if "return" in answer:
                    return answer["return"]
                if "error" in answer:
                    raise RuntimeError(answer["error"]["desc"])
        except (OSError, ValueError) as error:
            raise Gone from error
        raise Gone

    def wait_for(self, name: str, *states: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while (state := self.command(name).get("status")) not in states:
            if state == "failed" or time.monotonic() > deadline:
                raise RuntimeError(f"{name} says {state}")
            time.sleep(STEP)

    def human(self, line: str) -> str:
        """Give the monitor a line and return what it prints."""
        return str(self.command("human-monitor-command", **{"command-line": line})).replace("\r", "")

    def text(self) -> str:
        return self.output.read_text(errors="replace") if self.output.exists() else ""
