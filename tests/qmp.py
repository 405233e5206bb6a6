# SPDX-License-Identifier: MIT
"""One QEMU with a guest in it, commanded through QMP by QEMU's own Python library."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

SOURCE = Path(os.environ.get("QEMU_SRC", Path(__file__).resolve().parents[1] / "build" / "qemu-src"))
sys.path.append(str(SOURCE / "python"))
# pylint: disable=wrong-import-position
from qemu.qmp import ExecuteError, QMPError  # noqa: E402
from qemu.qmp.legacy import QEMUMonitorProtocol  # noqa: E402

STEP = 0.01  # seconds between two looks at something that is awaited
PATIENCE = float(os.environ.get("GUEST_TIMEOUT", "60"))


class Gone(Exception):
    """The guest has powered off and its QEMU with it."""


class Qemu:
    """One QEMU with the guest in it; `source` is the file of state that it starts from."""

    def __init__(self, argv: list[str], folder: Path, number: int, source: Path | None) -> None:
        self.output = folder / f"output{number}"
        path = folder / f"qmp{number}"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen(1)
            listener.settimeout(PATIENCE)
            argv = argv + ["-serial", f"file:{self.output}", "-qmp", f"unix:{path}"]
            if source:
                argv += ["-incoming", f"file:{source}", "-S"]
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
            connection, _ = listener.accept()
        self.monitor = QEMUMonitorProtocol(connection)
        self.monitor.connect()

    def command(self, name: str, **arguments: str) -> dict | str:
        try:
            return self.monitor.cmd(name, **arguments)
        except ExecuteError as error:
            raise RuntimeError(str(error)) from error
        except (QMPError, OSError, EOFError) as error:
            raise Gone from error

    def close(self) -> None:
        """QEMU has ended, or is to."""
        self.process.kill()
        try:
            self.monitor.close()
        except (QMPError, OSError, EOFError):
            pass  # that is how it tells that QEMU went first

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
