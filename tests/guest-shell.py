#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Types at `./build.sh run sh` like a person at a terminal, and reads the screen to the byte.

guest-shell.py QEMU KERNEL INITRD FIRMWARE: one line `PASS guest/shell-<name>` or `FAIL guest/shell-<name>` a
check, a failed one followed by its reason; the exit status is 1 if any failed. QEMU is started by
scripts/run.sh, in whose build folders the files must lie.
"""

from __future__ import annotations

import codecs
import os
import pty
import re
import select
import signal
import sys
import termios
import time
from pathlib import Path
from typing import Callable

RUN = Path(__file__).resolve().parents[1] / "scripts" / "run.sh"
PATIENCE = float(os.environ.get("GUEST_TIMEOUT", "60"))
PROMPT = "\n$ "
BACKSPACE, CONTROL_A, CONTROL_C, CONTROL_D, CONTROL_U = "\x7f", "\x01", "\x03", "\x04", "\x15"
RUBBED_OUT = "\b \b"  # what takes the last character off the screen
SETTLE = 0.3  # seconds in which what must not come would come
IDLE = 2.0  # seconds of looking how busy QEMU is


class Problem(Exception):
    """What a check has found."""


class Terminal:
    """A terminal in which scripts/run.sh runs, as its controlling one: ^C may become a signal."""

    def __init__(self, build: dict[str, str], *words: str, boot: bool = True) -> None:
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            try:
                os.execve(RUN, [str(RUN), *words], {**os.environ, **build})
            finally:
                os._exit(126)
        self.settings = termios.tcgetattr(self.terminal)
        self.screen = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.status: int | None = None
        if boot:
            try:
                self.wait_for(PROMPT)
            except Problem:
                self.close()
                raise

    def read(self, seconds: float) -> bool:
        """Add what comes to the screen. False: nothing has come."""
        if not select.select([self.terminal], [], [], max(seconds, 0))[0]:
            return False
        try:
            part = os.read(self.terminal, 4096)
        except OSError:  # nobody has the other side open any more
            part = b""
        # The guest ends lines by \r\n, and QEMU leaves the terminal its habit of making that of \n.
        self.screen = (self.screen + self.decoder.decode(part)).replace("\r\r\n", "\n")
        return bool(part)

    def wait_for(self, end: str) -> str:
        """What is on the screen since the last time, when it ends like this."""
        deadline = time.monotonic() + PATIENCE
        while not self.screen.endswith(end):
            if not self.read(deadline - time.monotonic()):
                raise Problem(f"{end!r} never came, but {self.screen!r}")
        screen, self.screen = self.screen, ""
        return screen

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def expect(self, typed: str, shown: str, end: str = PROMPT) -> re.Match[str]:
        """Type, and compare the screen up to the next prompt with a pattern."""
        self.type(typed)
        screen = self.wait_for(end)
        match = re.fullmatch(shown, screen.removesuffix(end))
        if not match:
            raise Problem(f"typed {typed!r}, expected {shown!r}, and there is {screen!r}")
        return match

    def command(self, line: str, *output: str) -> re.Match[str]:
        """One line of input that is shown once and then gives these lines."""
        return self.expect(line + "\r", "".join([re.escape(line), *(f"\n{text}" for text in output)]))

    def end(self) -> int:
        """run.sh's exit status, after all that it had to say."""
        deadline = time.monotonic() + PATIENCE
        while self.read(deadline - time.monotonic()):
            pass
        while self.status is None:
            done, status = os.waitpid(self.process, os.WNOHANG)
            if done:
                self.status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > deadline:
                raise Problem(f"it never ended: {self.screen!r}")
            else:
                time.sleep(0.02)
        return self.status

    def close(self) -> None:
        if self.status is None:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self.terminal)


def same(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Problem(f"{what}: {found!r}, expected {wanted!r}")


# ---- In one session, one after the other ----


def echo(terminal: Terminal) -> None:
    """Every character appears when it is typed, and once."""
    for character in "echo typed":
        terminal.expect(character, "", character)
    if terminal.read(SETTLE):
        raise Problem(f"nothing was typed, and there is {terminal.screen!r}")
    terminal.expect("\r", "\ntyped")
    terminal.expect("\r", "")  # an empty line: the next prompt
    terminal.expect("echo newline\n", "echo newline\nnewline")


def backspace(terminal: Terminal) -> None:
    terminal.expect(f"{BACKSPACE}{BACKSPACE}echo abx{BACKSPACE}c\r", f"echo abx{RUBBED_OUT}c\nabc")
    terminal.expect("echo abx\bc\r", f"echo abx{RUBBED_OUT}c\nabc")
    terminal.expect(f"echo äü{BACKSPACE}o\r", f"echo äü{RUBBED_OUT}o\näo")


def erase_line(terminal: Terminal) -> None:
    terminal.expect(f"garbage{CONTROL_U}echo a\r", "garbage" + RUBBED_OUT * 7 + "echo a\na")


def cursor_keys(terminal: Terminal) -> None:
    """There is no history and no cursor to move; such keys leave nothing behind."""
    terminal.expect("echo\x1b[A\x1b[D\x1bOP a\x1b[3~b\r", "echo ab\nab")


def quotes(terminal: Terminal) -> None:
    terminal.command(r"""echo 'a  b' "c  d" e\ \ f 'g'"h"i '|;&#' \" "\"" """, r"""a  b c  d e  f ghi \|;&# " """ + '"')
    terminal.command("echo $? '$?' \"$?\"  # and a comment", r"0 \$\? 0")
    terminal.command("echo 'open", "sh: a ' is missing")
    terminal.command("echo $?", "2")


def pipes(terminal: Terminal) -> None:
    terminal.command("echo a | cat | cat", "a")
    terminal.command("help | cat | cat", r"(?s:.*)exit \[STATUS\](?s:.*)")
    terminal.command("echo a | | cat", r'sh: a command is missing beside "\|"')


def several_commands(terminal: Terminal) -> None:
    terminal.command("echo a; echo b; nothing; echo $?", "a", "b", 'sh: there is no program "nothing"', "127")


def unknown_command(terminal: Terminal) -> None:
    terminal.command("frobnicate all", 'sh: there is no program "frobnicate"')


def last_status(terminal: Terminal) -> None:
    terminal.command("sleep nonsense", "usage: sleep SECONDS")
    terminal.command("echo $?", "2")
    terminal.command("echo $?", "0")


def jobs(terminal: Terminal) -> None:
    start = time.monotonic()
    terminal.command("sleep 1 &")
    process = terminal.command("jobs", r"\[1\] sleep, process (\d+)")[1]
    if time.monotonic() - start > 1:
        raise Problem("the prompt was late: sleep was not in the background")
    terminal.command("wait")
    if time.monotonic() - start < 1:
        raise Problem("wait didn't wait")
    terminal.command("jobs")
    terminal.command("sleep 100 &")
    other = terminal.command("jobs", r"\[1\] sleep, process (\d+)")[1]
    if other == process:
        raise Problem(f"both have the number {process}")
    terminal.command("kill %1; wait %1; echo $?", "143")
    terminal.command("jobs")
    terminal.command("sleep 0.1 &")
    time.sleep(SETTLE)
    terminal.expect("\r", "\n" + r"\[1\] sleep: ended with status 0")
    terminal.command(f"cat & sleep {SETTLE}", r"\[1\] cat: ended with status 0")  # what is typed is not for it


def interrupt(terminal: Terminal) -> None:
    """^C ends what runs, and the shell goes on."""
    terminal.expect("sleep 100\r", "sleep 100", "\n")
    time.sleep(SETTLE)
    terminal.expect(CONTROL_C, r"\^C")
    terminal.command("echo $?", "130")
    terminal.expect("sleep 100 | cat\r", r"sleep 100 \| cat", "\n")
    time.sleep(SETTLE)
    terminal.expect(CONTROL_C, r"\^C")
    terminal.expect("half a line", "", "half a line")
    terminal.expect(CONTROL_C, r"\^C")
    terminal.command("echo whole", "whole")


def interrupt_wait(terminal: Terminal) -> None:
    """^C ends the waiting, not what is waited for."""
    terminal.command("sleep 100 &")
    terminal.expect("wait\r", "wait", "\n")
    time.sleep(SETTLE)
    terminal.expect(CONTROL_C, r"\^C")
    terminal.command("jobs", r"\[1\] sleep, process \d+")
    terminal.command("kill -KILL %1; wait %1; echo $?", "137")


def fault(terminal: Terminal) -> None:
    told = r"\[kernel\] killed fault \(pid \d+\): store page fault, pc 0x1\w+, address 0, cause 15"
    terminal.command("fault null", told)
    terminal.command("echo $?", "207")


def program_reads(terminal: Terminal) -> None:
    """A program that reads the console gets lines that were edited, and ^D as the end."""
    terminal.expect("cat\r", "cat", "\n")
    terminal.expect(f"one lime{BACKSPACE}{BACKSPACE}ne\r", f"one lime{RUBBED_OUT}{RUBBED_OUT}ne", "\none line\n")
    terminal.expect(CONTROL_D, "", "$ ")
    terminal.command("echo a", "a")


def typed_ahead(terminal: Terminal) -> None:
    """What is typed while a program runs is for the shell, and shown when it comes to it."""
    terminal.expect("sleep 0.5\recho later\r", "sleep 0\\.5\n\\$ echo later", "\nlater" + PROMPT)


def dropped(terminal: Terminal) -> None:
    """^C is for what was typed ahead, too."""
    terminal.expect("sleep 100\recho stale\r", "sleep 100", "\n")
    time.sleep(SETTLE)
    terminal.expect(CONTROL_C, r"\^C")
    terminal.command("echo fresh", "fresh")


def pasted(terminal: Terminal) -> None:
    """Text comes faster than programs start, and nothing of it is lost."""
    lines = [f"line {number}" for number in range(100)]
    terminal.expect("".join(f"echo {line}\r" for line in lines),
                    "\n\\$ ".join(f"echo {line}\n{line}" for line in lines)[: -len(lines[-1]) - 1],
                    "\n" + lines[-1] + PROMPT)


def idle(terminal: Terminal) -> None:
    """Waiting for somebody to type costs the host next to nothing."""
    def used() -> float:
        fields = Path(f"/proc/{terminal.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = used()
    time.sleep(IDLE)
    if used() - before > IDLE / 10:
        raise Problem(f"{used() - before:.2f} seconds of processor time in {IDLE} of doing nothing")


def leave(terminal: Terminal) -> None:
    """exit ends QEMU with its status, and the terminal is as it was."""
    terminal.type("exit 3\r")
    same("exit status", terminal.end(), 3)
    same("the screen", terminal.screen, "exit 3\n[kernel] init ended with status 3, powering off\n")
    same("the terminal's settings", termios.tcgetattr(terminal.terminal), terminal.settings)


# ---- In sessions of their own ----


def end_of_input(build: dict[str, str]) -> None:
    terminal = Terminal(build, "sh")
    try:
        terminal.command("nothing", 'sh: there is no program "nothing"')
        terminal.type(CONTROL_D)
        same("exit status", terminal.end(), 127)
        same("the screen", terminal.screen, "\n[kernel] init ended with status 127, powering off\n")
    finally:
        terminal.close()


def monitor(build: dict[str, str]) -> None:
    """^A x is QEMU's, even while the guest waits for nothing else than the console."""
    terminal = Terminal(build, "sh")
    try:
        terminal.type(f"{CONTROL_A}x")
        same("exit status", terminal.end(), 0)
        same("the screen", terminal.screen.rstrip("\r"), "QEMU: Terminated\r\n")
    finally:
        terminal.close()


def given(*words: str, status: int, shown: str) -> Callable[[dict[str, str]], None]:
    """What runs with these words on run.sh's command line, and ends by itself."""
    def run(build: dict[str, str]) -> None:
        terminal = Terminal(build, *words, boot=False)
        try:
            same("exit status", terminal.end(), status)
            lines = terminal.screen.partition(" receivers\n")[2]
            ended = f"[kernel] init ended with status {status}, powering off\n"
            same("the screen", lines, shown + ended)
        finally:
            terminal.close()
    return run


IN_ONE_SESSION: list[tuple[str, Callable[[Terminal], None]]] = [
    ("echo", echo),
    ("backspace", backspace),
    ("erase-line", erase_line),
    ("cursor-keys", cursor_keys),
    ("quotes", quotes),
    ("pipes", pipes),
    ("several-commands", several_commands),
    ("unknown-command", unknown_command),
    ("last-status", last_status),
    ("jobs", jobs),
    ("interrupt", interrupt),
    ("interrupt-wait", interrupt_wait),
    ("fault", fault),
    ("program-reads", program_reads),
    ("typed-ahead", typed_ahead),
    ("interrupt-drops-typed-ahead", dropped),
    ("pasted", pasted),
    ("idle", idle),
    ("exit", leave),
]

ALONE: list[tuple[str, Callable[[dict[str, str]], None]]] = [
    ("end-of-input", end_of_input),
    ("monitor", monitor),
    ("option-c", given("sh", "-c", "echo 'a  b' | cat; echo $?; nothing", status=127,
                       shown='a  b\n0\nsh: there is no program "nothing"\n')),
    ("program-on-command-line", given("echo", "two  words", "one", "", "it's", status=0,
                                      shown="two  words one  it's\n")),
]


def verdict(name: str, problem: str) -> bool:
    print(f"{'FAIL' if problem else 'PASS'} guest/shell-{name}")
    print("".join(f"# {line}\n" for line in problem.splitlines()), end="", flush=True)
    return bool(problem)


def tell(case: Callable, argument: object) -> str:
    try:
        case(argument)
    except (Problem, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def session(build: dict[str, str]) -> bool:
    """A case that fails leaves the terminal in no known state: the next one gets a new one."""
    terminal: Terminal | None = None
    failed = False
    no_prompt = ""
    for name, case in [("prompt", lambda terminal: None), *IN_ONE_SESSION]:
        if not terminal and not no_prompt:
            try:
                terminal = Terminal(build, "sh")
            except (Problem, OSError) as error:
                no_prompt = f"no prompt: {error}"
        problem = no_prompt or tell(case, terminal)
        failed |= verdict(name, problem)
        if problem and terminal:
            terminal.close()
            terminal = None
    if terminal:
        terminal.close()
    return failed


def main() -> int:
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    qemu, kernel = Path(sys.argv[1]), Path(sys.argv[2])
    build = {"QEMU_BUILD": str(qemu.parent), "GUEST_BUILD": str(kernel.parents[1])}
    failed = session(build)
    for name, case in ALONE:
        failed |= verdict(name, tell(case, build))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
