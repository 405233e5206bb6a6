#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Check that docs/syscalls.md has a section for every system call, with every error it can give.

A section begins with "### SYS_name", says "Number N", and has a row "| EINVAL | when |" for each error.
The calls and numbers are those of guest-kernel/uapi/syscall.h. What a call can give is read off the
kernel's code: each -ECODE in its function and in those whose results that uses. This is sometimes
more than can happen; then it is enough that the section's text names the error. Prints one line for
each problem and exits with status 1 if there was one.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
ENUMERATOR = re.compile(r"\b(SYS_\w+)(?: = (\d+))?,")
DISPATCH = re.compile(r"case (SYS_\w+):\s+return (\w+)\(")
FUNCTION = re.compile(r"^(\w[\w \t*()]*?[ *])(\w+)\([^;{}]*\)\n\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
RESULT_MAY_BE_ERROR = re.compile(r"\b(int|long|struct \w+) $")
CALL = re.compile(r"\b(\w+)\(")
CALL_OF_METHOD = re.compile(r"\btype->(\w+)\(")
METHOD = re.compile(r"\.(\w+) = (\w+)")
STATEMENT_BEFORE = re.compile(r"[;{}]\s*$")
ERROR = re.compile(r"-(E[A-Z0-9]+)\b")
HEADING = re.compile(r"^### (.*)$", re.MULTILINE)
ROW = re.compile(r"^\| (E[A-Z0-9]+) \|", re.MULTILINE)


@dataclass(frozen=True)
class Function:
    name: str
    file: Path
    answers_errors: bool
    body: str


def system_calls(header: str) -> dict[str, int]:
    """Return the numbers of the enumeration in uapi/syscall.h."""
    numbers: dict[str, int] = {}
    last = 0
    for name, number in ENUMERATOR.findall(COMMENT.sub(" ", header)):
        last = int(number) if number else last + 1
        numbers[name] = last
    return numbers


def handle_errors(arguments: str) -> set[str]:
    """What handle_find(table, number, type, rights, handle) can answer."""
    parts, depth = [""], 0
    for letter in arguments:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0:
            break
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    errors = {"EBADF"}
    if parts[2].strip() != "NULL":
        errors.add("EINVAL")
    if parts[3].strip() != "0":
        errors.add("EACCES")
    return errors


class Kernel:
    """The kernel's functions, and which one carries out which system call."""

    def __init__(self, folder: Path) -> None:
        self.functions: dict[str, list[Function]] = {}
        self.methods: dict[str, list[tuple[str, Path]]] = {}
        self.errors_in: dict[Path, set[str]] = {}
        self.dispatch: dict[str, str] = {}
        for path in sorted(folder.rglob("*.c")):
            text = COMMENT.sub(" ", path.read_text(encoding="utf-8"))
            for kind, name, body in FUNCTION.findall(text):
                answers = bool(RESULT_MAY_BE_ERROR.search(kind))
                self.functions.setdefault(name, []).append(Function(name, path, answers, body))
            for method, name in METHOD.findall(text):
                self.methods.setdefault(method, []).append((name, path))
            self.errors_in[path] = set(ERROR.findall(text))
            self.dispatch.update(DISPATCH.findall(text))

    def find(self, name: str, file: Path | None = None) -> Function | None:
        """Return the function of this name: the file's own, or the only one."""
        found = self.functions.get(name, [])
        own = [function for function in found if function.file == file]
        return own[0] if own else found[0] if len(found) == 1 else None

    def errors(self, function: Function | None, seen: set[Function]) -> set[str]:
        if not function or function in seen:
            return set()
        seen.add(function)
        errors = set(ERROR.findall(function.body))
        for call in CALL.finditer(function.body):
            if call[1] == "handle_find":
                errors |= handle_errors(function.body[call.end() :])
            elif not STATEMENT_BEFORE.search(function.body[: call.start()]):
                called = self.find(call[1], function.file)
                if called and called.answers_errors:
                    errors |= self.errors(called, seen)
        for method in CALL_OF_METHOD.findall(function.body):
            for name, file in self.methods.get(method, []):
                errors |= self.errors(self.find(name, file), seen)
        return errors


def check_section(name: str, number: int, section: str, kernel: Kernel) -> list[str]:
    problems = []
    if not re.search(rf"^Number {number}[,.;]", section, re.MULTILINE):
        problems.append(f"{name}: its section does not say 'Number {number}'")
    if name not in kernel.dispatch:
        return problems + [f"{name}: the kernel's dispatcher does not know it"]
    function = kernel.find(kernel.dispatch[name])
    possible = kernel.errors(function, set())
    for error in sorted(possible):
        if not re.search(rf"\b{error}\b", section):
            problems.append(f"{name}: the kernel can give {error}, its section does not name it")
    if function:
        possible |= kernel.errors_in[function.file]
    for error in ROW.findall(section):
        if error not in possible:
            problems.append(f"{name}: its section has {error}, the kernel does not give it")
    return problems


def check(header: str, text: str, kernel: Kernel) -> list[str]:
    """Return the problems found, one sentence each."""
    calls = system_calls(header)
    parts = HEADING.split(text)
    names, sections = parts[1::2], dict(zip(parts[1::2], parts[2::2]))
    problems = [] if calls else ["there is no system call in the header"]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            problems.append(f"{name}: two sections")
        if name.startswith("SYS_") and name not in calls:
            problems.append(f"{name}: a section, but no such call")
    for name, number in calls.items():
        if name in sections:
            problems += check_section(name, number, sections[name], kernel)
        else:
            problems.append(f"{name}: no section")
    return problems


def main() -> int:
    header = (ROOT / "guest-kernel/uapi/syscall.h").read_text(encoding="utf-8")
    text = (ROOT / "docs/syscalls.md").read_text(encoding="utf-8")
    problems = check(header, text, Kernel(ROOT / "guest-kernel"))
    for problem in problems:
        print(problem)
    print(f"{len(system_calls(header))} system calls, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
