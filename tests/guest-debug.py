#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the guest shows when it breaks, and what gdb-multiarch shows of it.

guest-debug.py QEMU KERNEL INITRD FIRMWARE: one line `PASS guest/<name>` or `FAIL guest/<name>` a check,
a failed one followed by its reason and what was printed; the exit status is 1 if any failed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Callable

MKINITRD = Path(__file__).resolve().parents[1] / "user" / "mkinitrd.py"
TOOLS = "riscv64-unknown-elf-"
PATIENCE = float(os.environ.get("GUEST_TIMEOUT", "60"))
PANICKED = 101
HEADING = "where it happened, and the callers:"

# Every program is linked at the same address; the kernel numbers address spaces in satp. 1 is init,
# 2 the program that it starts.
IN_FIRST_PROGRAM = "((unsigned long)$satp >> 44 & 0xffff) == 2"
UIPI_SEND = "(*(unsigned int *)$pc & 0xfe00707f) == 0x607b"

ONE_HART = ["-smp", "1"]

# gdb's own frames, as many as there are return addresses: inlined functions have none.
PRINT_FRAMES = """python
frame = gdb.newest_frame()
while frame:
    if frame.type() != gdb.INLINE_FRAME:
        print("frame %#x" % frame.pc())
    frame = frame.older()
end"""


class Problem(Exception):
    """What a check has found."""


class Machine:
    """One QEMU with the guest in it, and a socket for gdb."""

    def __init__(self, guest: Guest, folder: Path, options: list[str]) -> None:
        self.socket = folder / "gdb"
        argv = [guest.qemu, "-M", "virt,uintc=on", "-cpu", "rv64,x-uintr=on", "-m", "256", "-display", "none",
                "-monitor", "none", "-serial", "stdio", "-bios", guest.firmware, "-kernel", guest.kernel,
                "-chardev", f"socket,id=gdb,path={self.socket},server=on,wait=off", "-gdb", "chardev:gdb", *options]
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.output = b""
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        while part := os.read(self.process.stdout.fileno(), 4096):
            self.output += part

    def text(self) -> str:
        return self.output.decode(errors="replace").replace("\r", "")

    def wait_until(self, what: str, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise Problem(f"it never came to {what}:\n{self.text()}")
            time.sleep(0.02)

    def type(self, text: str) -> None:
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def gdb(self, guest: Guest, commands: list[str]) -> str:
        """Run gdb with these commands; what it prints."""
        self.wait_until("a socket for gdb", self.socket.exists)
        script = self.socket.with_suffix(".script")
        settings = ["set pagination off", "set confirm off", "set width 0", "set style enabled off"]
        script.write_text("\n".join([*settings, f"target remote {self.socket}", *commands, ""]))
        argv = ["gdb-multiarch", "-nx", "-batch", "-x", str(script), guest.kernel]
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=PATIENCE, check=False)
        return done.stdout.decode(errors="replace")

    def end(self) -> str:
        """Wait for the end of a guest that has panicked; what it printed."""
        status = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        if status != PANICKED:
            raise Problem(f"exit status {status}, expected {PANICKED}:\n{self.text()}")
        return self.text()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdin.close()
        self.process.stdout.close()


class Guest:
    """The built guest, and what can be told about its addresses."""

    def __init__(self, qemu: str, kernel: str, initrd: str, firmware: str) -> None:
        self.qemu, self.kernel, self.initrd, self.firmware = qemu, kernel, initrd, firmware
        self.programs = Path(initrd).parent
        self.symbols_file = Path(kernel).with_name("kernel.sym")
        lines = self.tool("nm", "-n", kernel).splitlines()
        self.symbols = [(int(line.split()[0], 16), line.split()[2]) for line in lines]

    @staticmethod
    def tool(name: str, *arguments: str) -> str:
        return subprocess.run([TOOLS + name, *arguments], stdout=subprocess.PIPE, check=True).stdout.decode()

    def make_initrd(self, folder: Path, files: list[Path]) -> list[str]:
        initrd = folder / "initrd.cpio"
        subprocess.run([sys.executable, str(MKINITRD), str(initrd), *map(str, files)], check=True)
        return ["-initrd", str(initrd)]

    def address(self, name: str) -> int:
        return next(address for address, found in self.symbols if found == name)

    def functions(self, addresses: list[int]) -> list[str]:
        """The functions that these addresses are in by the debugging information, those inlined there before them."""
        lines = self.tool("addr2line", "-f", "-i", "-e", self.kernel, *(f"{address:#x}" for address in addresses))
        return lines.splitlines()[::2]

    def check_name(self, address: int, name: str, offset: int) -> None:
        start, found = max(symbol for symbol in self.symbols if symbol[0] <= address)
        names = {symbol[1] for symbol in self.symbols if symbol[0] == start}
        if name not in names or offset != address - start:
            raise Problem(f"{address:#x} is {found}+{address - start:#x} by nm, not {name}+{offset:#x}")


def backtrace(guest: Guest, output: str, named: bool) -> list[int]:
    """The addresses of the backtrace that the guest has printed, after a look at their names."""
    if output.count(HEADING) != 1:
        raise Problem(f"no backtrace, or more than one:\n{output}")
    lines = output.split(HEADING + "\n")[1].splitlines()
    addresses = []
    for line in lines:
        match = re.fullmatch(r"  0x([0-9a-f]+)(?: (\S+)\+(?:0x)?([0-9a-f]+))?", line)
        if not match or (match[2] is not None) != named:
            kind = "with" if named else "without"
            raise Problem(f"this is no line of a backtrace {kind} symbols: {line!r}\n{output}")
        addresses.append(int(match[1], 16))
        if named:
            guest.check_name(addresses[-1], match[2], int(match[3], 16))
    if not addresses:
        raise Problem(f"the backtrace is empty:\n{output}")
    return addresses


def expect(output: str, *patterns: str) -> None:
    """Every pattern must match, in this order."""
    at = 0
    for pattern in patterns:
        match = re.compile(pattern, re.MULTILINE).search(output, at)
        if not match:
            raise Problem(f"this is not there, or not after what precedes it: {pattern}\n{output}")
        at = match.end()


def expect_order(found: list[str], wanted: list[str], output: str) -> None:
    left = iter(found)
    for name in wanted:
        if name not in left:
            raise Problem(f"the backtrace goes through {found}; {name} is missing or not in its place\n{output}")


# ---- Panics ----


def panic(guest: Guest, folder: Path, symbols: bool) -> None:
    """An initrd without init."""
    files = [guest.symbols_file] if symbols else [MKINITRD]
    machine = Machine(guest, folder, ["-smp", "2", *guest.make_initrd(folder, files)])
    try:
        output = machine.end()
    finally:
        machine.close()
    expect(output, r'^kernel panic: cannot start "init" from the initrd: error 2$')
    addresses = backtrace(guest, output, symbols)
    functions = guest.functions(addresses)
    expect_order(functions, ["process_load_first", "kernel_main"], output)
    if functions[-1] != "kernel_main":
        raise Problem(f"kernel_main has no caller, but {functions[-1]} is printed behind it:\n{output}")


def bad_pointer(guest: Guest, folder: Path, symbols: bool) -> None:
    """The kernel's pointer to the process that gets ^C is damaged, and then ^C is typed."""
    files = [guest.programs / "init", guest.programs / "sh"] + [guest.symbols_file] * symbols
    machine = Machine(guest, folder, ["-smp", "2", "-append", "sh", *guest.make_initrd(folder, files)])
    try:
        machine.wait_until("the shell's prompt", lambda: machine.text().endswith("\n$ "))
        # Not by gdb's own name: with link-time optimization it has each static variable twice.
        machine.gdb(guest, [f"set {{long}}{guest.address('foreground'):#x} = 0x1000"])
        machine.type("\3")
        output = machine.end()
    finally:
        machine.close()
    expect(output, r"^kernel panic: (load|store) page fault in the kernel on hart [01]: pc 0xffffffc0\w+, "
                   r"address 0x1\w{3}, cause 0x[df], sp 0xffff\w+, ra 0xffffffc0\w+$")
    functions = guest.functions(backtrace(guest, output, symbols))
    expect_order(functions, ["signal_send", "console_receive", "plic_serve", "interrupts_serve", "sched_leave"], output)


def wild_jump(guest: Guest, folder: Path) -> None:
    """As if a system call called a null pointer instead of the console's write()."""
    machine = Machine(guest, folder, [*ONE_HART, "-append", "hello", "-S", "-initrd", guest.initrd])
    try:
        machine.gdb(guest, ["hbreak console.c:write", "continue", "set $pc = 0", "continue"])
        output = machine.end()
    finally:
        machine.close()
    expect(output, r"^kernel panic: instruction page fault in the kernel on hart 0: pc 0, address 0, cause 0xc, ")
    output = output.replace(f"{HEADING}\n  0\n", f"{HEADING}\n")  # no function is there
    expect_order(guest.functions(backtrace(guest, output, True)), ["syscall_dispatch", "user_syscall"], output)


def same_as_gdb(guest: Guest, folder: Path) -> None:
    """An instruction in the depths of a system call is damaged; gdb has another way of finding the callers."""
    machine = Machine(guest, folder, [*ONE_HART, "-append", "hello", "-S", "-initrd", guest.initrd])
    try:
        told = machine.gdb(guest, [
            "hbreak process_sys_spawn", "continue", "delete",
            "hbreak address_space_map_new", "continue", "delete",
            "finish", PRINT_FRAMES, "set {short}$pc = 0", "continue"])
        output = machine.end()
    finally:
        machine.close()
    expect(output, r"^kernel panic: illegal instruction in the kernel on hart 0: pc 0xffffffc0\w+, address 0, "
                   r"cause 0x2, ")
    addresses = backtrace(guest, output, True)
    frames = [int(frame, 16) for frame in re.findall(r"^frame (\w+)$", told, re.MULTILINE)]
    # A caller's line is in the call, gdb's address behind it.
    if len(frames) < 4 or addresses != frames[:1] + [frame - 1 for frame in frames[1:]]:
        raise Problem(f"gdb has {[hex(frame) for frame in frames]}:\n{told}\n{output}")
    expect_order(guest.functions(addresses), ["load", "process_sys_spawn", "user_syscall"], output)


# ---- gdb ----


def kernel_symbols(guest: Guest, folder: Path) -> None:
    machine = Machine(guest, folder, ["-smp", "2", "-S", "-initrd", guest.initrd])
    try:
        told = machine.gdb(guest, [
            "hbreak kernel_main", "continue", "backtrace", "list kernel_main", "info registers",
            "info registers sscratch suist", "delete", "hbreak console.c:write", "continue", "backtrace", "kill"])
    finally:
        machine.close()
    expect(told,
           # Its first instruction may be of a function that is inlined.
           r"Breakpoint 1, kernel_main \(hart_id=[01], tree=\d+\) at .*guest-kernel/\w+/\w+\.[ch]:\d+$",
           r"^#0  kernel_main \(hart_id=[01], tree=\d+\) at .*guest-kernel/\w+/\w+\.[ch]:\d+$",
           r"^\d+\s+devicetree_parse\(mmu_from_physical\(tree\)\);$",
           r"^sp +0xffffffc0\w+\s",
           r"^pc +0xffffffc0\w+\s+0xffffffc0\w+ <kernel_main(\+\d+)?>$",
           r"^sscratch +0x0\s",
           r"^suist +0x0\s",
           r"Breakpoint 2, write \(object=0x\w+ <console>, ",
           r"^#0  write \(.*\) at .*/drivers/console\.c:\d+$",
           r"^#\d+ .*syscall_dispatch \(thread=0x\w+\) at .*/core/syscall\.c:\d+$",
           r"^#\d+ .*user_syscall \(thread=0x\w+\) at .*/arch/trap\.c:\d+$",
           r"^#\d+ .*trap_entry \(\) at .*/arch/trap\.S:\d+$")


def user_symbols(guest: Guest, folder: Path) -> None:
    """
    On one hart: gdb steps over a breakpoint with the other harts stopped, which may hold the kernel's lock. With
    instructions counted: time stands still with the guest, and no slice ends while gdb steps.
    """
    options = [*ONE_HART, "-icount", "shift=0", "-append", "hello", "-S", "-initrd", guest.initrd]
    machine = Machine(guest, folder, options)
    try:
        told = machine.gdb(guest, [
            f"add-symbol-file {guest.programs / 'hello'}",
            f"hbreak send if {IN_FIRST_PROGRAM}", "continue", "backtrace",
            f"while !({UIPI_SEND})", "stepi", "end",
            "set $at = $pc", "printf \"uipi at %p\\n\", $pc", "stepi", "printf \"then %d bytes on\\n\", $pc - $at",
            "next", "print result", "delete",
            f"hbreak handler if {IN_FIRST_PROGRAM}", "continue", "backtrace", "info registers ucause",
            "set $called = $t0", "up 2",
            "printf \"at uepc: %d, t0 is the handler's: %d\\n\", $pc == $uepc, $t0 == $called", "kill"])
    finally:
        machine.close()
    expect(told,
           r"Breakpoint 1, send \(index=0x\w+\) at .*/programs/hello\.c:\d+$",
           r"^\d+\s+result = uipi_send\(\*\(int \*\)index\);$",
           r"^#0  send \(index=0x\w+\) at .*/programs/hello\.c:\d+$",
           r"^#1  0x\w+ in begin \(argument=.*\) at .*/lib/thread\.c:\d+$",
           r"^uipi at 0x1\w{4}$",
           r"^then 4 bytes on$",
           r"^\$\d+ = 2$",  # posted to a receiver that is not running, on the only hart
           r"Breakpoint 2, handler \(vectors=8\) at .*/programs/hello\.c:\d+$",
           r"^\d+\s+received = vectors;$",
           r"^#0  handler \(vectors=8\) at .*/programs/hello\.c:\d+$",
           r"^#1  <signal handler called>$",  # so gdb calls the entry, which the .cfi lines describe
           r"^#\d+ .*main \(\) at .*/programs/hello\.c:\d+$",
           r"^ucause +0x8000000000000000\s",
           r"^at uepc: 1, t0 is the handler's: 0$")  # the interrupted code's registers, before the entry changed them


def main() -> int:
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    guest = Guest(*sys.argv[1:])
    cases: list[tuple] = [
        ("panic-backtrace", panic, True),
        ("panic-backtrace-no-symbols", panic, False),
        ("trap-backtrace", bad_pointer, True),
        ("trap-backtrace-no-symbols", bad_pointer, False),
        ("trap-backtrace-same-as-gdb", same_as_gdb),
        ("trap-backtrace-wild-jump", wild_jump),
        ("gdb-kernel-symbols", kernel_symbols),
        ("gdb-user-symbols", user_symbols),
    ]
    failed = False
    for name, case, *arguments in cases:
        with tempfile.TemporaryDirectory() as folder:
            try:
                case(guest, Path(folder), *arguments)
                print(f"PASS guest/{name}", flush=True)
            except (Problem, OSError, subprocess.SubprocessError) as error:
                failed = True
                print(f"FAIL guest/{name}")
                print("".join(f"# {line}\n" for line in f"{error}".splitlines()), end="", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
