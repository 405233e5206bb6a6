#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The series in its two forms, and the way between them.

patches/NNNN-subject.patch and qemu/ are what this repository keeps; commits on a
QEMU tree are what is built and mailed. A patch holds the commit message,
`Adds: <path>` for each file that it brings in from qemu/, and the diff of QEMU's
own files.

  claims              problems between patches/ and qemu/, one a line
  compose BASE        prints the tip of the series on BASE; no work tree is touched
  write BASE TIP DIR  the patch files of the commits BASE..TIP; prints the added paths
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QEMU_SRC = ROOT / "build" / "qemu-src"
OVERLAY = ROOT / "qemu"
PATCHES = ROOT / "patches"

MAIL_SEPARATOR = re.compile(r"^(---( |$)|diff -|Index: |Adds: )", re.MULTILINE)
# What says where a diff applies, as opposed to what it changes.
POSITION = re.compile(r"^(@@ .*|index [0-9a-f]+\.\..*)$", re.MULTILINE)


class SeriesError(Exception):
    """Something about the series that its author has to change."""


@dataclass
class Patch:
    """One file of patches/."""

    name: str
    text: str
    subject: str
    body: str
    adds: list[str]
    diff: str

    def touches(self) -> list[str]:
        """Return the paths that the diff part changes."""
        return re.findall(r"^diff --git a/\S+ b/(\S+)$", self.diff, re.MULTILINE)


@dataclass
class Commit:
    """One commit of the series as git has it."""

    ident: str
    subject: str
    body: str
    adds: list[str]
    diff: str


def git(*arguments: str, stdin: str | None = None, index: Path | None = None, **extra: str) -> str:
    """Run git in build/qemu-src; its failure is a SeriesError with what it said."""
    environment = {**os.environ, **extra}
    if index:
        environment["GIT_INDEX_FILE"] = str(index)
    done = subprocess.run(
        ["git", "-C", str(QEMU_SRC), "--literal-pathspecs", *arguments],
        input=stdin,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )
    if done.returncode != 0:
        raise SeriesError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout


def configuration() -> dict[str, str]:
    """Return the settings of patches/base.conf."""
    found = re.findall(r'^(\w+)="?([^"\n]*)"?$', (PATCHES / "base.conf").read_text(), re.MULTILINE)
    return dict(found)


def strip_space(text: str) -> str:
    """Trim lines, merge empty ones, as git does with a commit message."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def patch_name(number: int, subject: str) -> str:
    """Return the file name that git format-patch would give."""
    slug = re.sub(r"[^A-Za-z0-9._]+", "-", subject)
    slug = re.sub(r"\.+", ".", slug).lstrip("-")[:52].rstrip("-.")
    return f"{number:04}-{slug}.patch"


def date_of(number: int) -> int:
    """Return the time of a patch, which follows from its number and not from the clock."""
    return int(configuration()["SERIES_EPOCH"]) + 60 * number


def read_patch(path: Path) -> Patch:
    """Take a patch file apart."""
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    head, separator, rest = text.partition("\n\n")
    subject = re.search(r"^Subject: (.*)$", head, re.MULTILINE)
    message, end, diff = ("\n" + rest).partition("\n---\n")
    if not (separator and end and subject):
        raise SeriesError(f"patches/{path.name} is not a patch: Subject:, message, ---, diff")
    adds = re.findall(r"^Adds: (.*)$", message, re.MULTILINE)
    body = strip_space(re.sub(r"^Adds: .*$", "", message, flags=re.MULTILINE))
    return Patch(path.name, text, subject[1], body, adds, diff)


def read_patches() -> list[Patch]:
    """Return the series in its order."""
    return [read_patch(path) for path in sorted(PATCHES.glob("[0-9]*.patch"))]


def overlay_files() -> list[str]:
    """Return the files of qemu/ but for what editors and Python leave there."""
    leftover = re.compile(r"(~|\.pyc|/\.[^/]*\.sw[a-p])$")
    files = (path for path in OVERLAY.rglob("*") if path.is_file())
    names = (str(path.relative_to(OVERLAY)) for path in files)
    return sorted(name for name in names if not leftover.search("/" + name))


def claim_problems() -> list[str]:
    """Each file of the overlay belongs to exactly one patch, and no patch has a diff for one."""
    patches = read_patches()
    claims = [path for patch in patches for path in patch.adds]
    files = overlay_files()
    problems = [f"qemu/{path} is added by more than one patch"
                for path in sorted({path for path in claims if claims.count(path) > 1})]
    problems += [f"no patch adds qemu/{path}" for path in files if path not in claims]
    problems += [f"a patch adds {path} but qemu/{path} does not exist"
                 for path in sorted(set(claims)) if path not in files]
    problems += [f"patches/{patch.name} has a diff for qemu/{path}"
                 for patch in patches for path in patch.touches() if path in claims]
    return problems


def diff_tree(commits: list[str], *options: str) -> dict[str, str]:
    """Return commit id -> what git diff-tree prints of it; commits with nothing are left out."""
    output = git("diff-tree", "--stdin", "-r", "--no-renames", *options,
                 stdin="".join(f"{commit}\n" for commit in commits))
    parts = re.split(r"^([0-9a-f]{40})\n", output, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def read_commits(base: str, tip: str) -> list[Commit]:
    """Return the commits BASE..TIP; the number of git calls doesn't depend on theirs."""
    log = git("log", "--reverse", "--format=%x01%H%n%s%n%b", f"{base}..{tip}")
    messages = [record.split("\n", 2) for record in log.split("\x01")[1:]]
    idents = [ident for ident, _, _ in messages]
    adds = diff_tree(idents, "--name-only", "--diff-filter=A")
    diffs = diff_tree(idents, "-p", "--diff-filter=a", "--full-index", "--binary", "--no-color",
                      "--no-ext-diff", "--no-textconv")
    return [Commit(ident, subject, strip_space(body), adds.get(ident, "").split(),
                   diffs.get(ident, ""))
            for ident, subject, body in messages]


def patch_text(number: int, commit: Commit) -> str:
    """Return the patch file of a commit."""
    settings = configuration()
    added = "\n".join("Adds: " + path for path in commit.adds)
    message = "\n\n".join(part for part in (commit.body, added) if part)
    return (f"From {0:040} Mon Sep 17 00:00:00 2001\n"
            f"From: {settings['SERIES_AUTHOR']} <{settings['SERIES_EMAIL']}>\n"
            f"Date: {formatdate(date_of(number)).replace('-0000', '+0000')}\n"
            f"Subject: {commit.subject}\n\n"
            f"{message}{chr(10) if message else ''}---\n{commit.diff}")


def made_on(patch: Patch, parent: str) -> bool:
    """Whether the diff was made against exactly the files that PARENT has."""
    pairs = re.findall(r"^diff --git a/(\S+) .*\n(?:(?!index |diff ).*\n)*index ([0-9a-f]+)\.\.",
                       patch.diff, re.MULTILINE)
    if not pairs:
        return True
    listed = git("ls-tree", parent, *(path for path, _ in pairs))
    blobs = {line.split("\t")[1]: line.split()[2] for line in listed.splitlines()}
    return all(blobs.get(path) == ident for path, ident in pairs)


def add_files(patch: Patch, index: Path) -> None:
    """Put the overlay files of a patch into the index."""
    present = git("ls-files", *patch.adds, index=index).split()
    if present:
        raise SeriesError(f"patches/{patch.name} adds {present[0]}, which the tree has already")
    sources = [OVERLAY / path for path in patch.adds if (OVERLAY / path).is_file()]
    blobs = git("hash-object", "-w", "--no-filters", "--stdin-paths",
                stdin="".join(f"{source}\n" for source in sources)).split()
    entries = [f"{'100755' if os.access(source, os.X_OK) else '100644'} {blob}\t"
               f"{source.relative_to(OVERLAY)}\n" for source, blob in zip(sources, blobs)]
    git("update-index", "--add", "--index-info", index=index, stdin="".join(entries))


def commit_patch(number: int, patch: Patch, parent: str, index: Path) -> str:
    """Apply one patch to the index and return its commit."""
    settings = configuration()
    if patch.name != patch_name(number, patch.subject):
        raise SeriesError(f"patches/{patch.name} should be named "
                          f"{patch_name(number, patch.subject)}")
    if patch.diff:
        try:
            git("apply", "--cached", "--whitespace=nowarn", "-", stdin=patch.diff, index=index)
        except SeriesError as error:
            raise SeriesError(f"patches/{patch.name} does not apply: {error}") from None
    if patch.adds:
        add_files(patch, index)
    tree = git("write-tree", index=index).strip()
    message = f"{patch.subject}\n\n{patch.body}\n" if patch.body else f"{patch.subject}\n"
    who = {}
    for role in ("AUTHOR", "COMMITTER"):
        who[f"GIT_{role}_NAME"] = settings["SERIES_AUTHOR"]
        who[f"GIT_{role}_EMAIL"] = settings["SERIES_EMAIL"]
        who[f"GIT_{role}_DATE"] = f"@{date_of(number)} +0000"
    return git("commit-tree", tree, "-p", parent, stdin=message, **who).strip()


def compose(base: str) -> str:
    """Return the tip of the series on BASE. A hunk that applies with an offset is an
    error, unless the base isn't the one that the series was exported on."""
    tip = base
    patches = read_patches()
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        git("read-tree", base, index=index)
        for number, patch in enumerate(patches, 1):
            tip = commit_patch(number, patch, tip, index)
    shifted = 0
    for number, (patch, commit) in enumerate(zip(patches, read_commits(base, tip)), 1):
        again = patch_text(number, commit)
        if patch.text == again:
            continue
        same_change = POSITION.sub("", patch.text) == POSITION.sub("", again)
        if not same_change or made_on(patch, commit.ident + "^"):
            raise SeriesError(f"patches/{patch.name} is not what export writes "
                              "(offset, new file or hand edit)")
        shifted += 1
    if shifted:
        version = git("show", f"{base}:VERSION").strip()
        print(f"  note: base is QEMU {version}, the series was exported on "
              f"{configuration()['BASE_VERSION']}: {shifted} of {len(patches)} patches "
              "applied at other line numbers", file=sys.stderr)
    return tip


def check_commits(base: str, tip: str, commits: list[Commit]) -> None:
    """Refuse what can't be kept as patches and an overlay."""
    if git("rev-list", "--merges", f"{base}..{tip}"):
        raise SeriesError("build/qemu-src has a merge commit")
    added_by: dict[str, str] = {}
    changed = diff_tree([commit.ident for commit in commits])
    for commit in commits:
        name = f'{commit.ident[:10]} ("{commit.subject}")'
        if re.match(r"(fixup|squash|amend)!", commit.subject):
            raise SeriesError(f"{name} is to be squashed: "
                              f"git -C build/qemu-src rebase -i --autosquash {base}")
        if MAIL_SEPARATOR.search(commit.body):
            raise SeriesError(f"the message of {name} has a line that ends a mail's message "
                              "or an Adds: line")
        for line in changed.get(commit.ident, "").splitlines():
            status, path = line.split("\t", 1)
            if path in added_by:
                raise SeriesError(
                    f"{name} changes {path}, which {added_by[path]} adds; a new file enters "
                    "whole in one\n  commit: make it a fixup and rebase --autosquash, or "
                    "split the file")
            if path in commit.adds:
                added_by[path] = name
                if not status.split()[1].startswith("100"):
                    raise SeriesError(f"{name} adds {path}, which is not a plain file")


def write(base: str, tip: str, folder: Path) -> None:
    """Write the patch files of BASE..TIP and print the paths that they add."""
    commits = read_commits(base, tip)
    check_commits(base, tip, commits)
    for number, commit in enumerate(commits, 1):
        path = folder / patch_name(number, commit.subject)
        path.write_text(patch_text(number, commit), encoding="utf-8", errors="surrogateescape")
        for added in commit.adds:
            print(added)


def main(arguments: list[str]) -> int:
    """Run one of the commands."""
    try:
        match arguments:
            case ["claims"]:
                print("".join(f"{problem}\n" for problem in claim_problems()), end="")
            case ["compose", base]:
                print(compose(base))
            case ["write", base, tip, folder]:
                write(base, tip, Path(folder))
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except SeriesError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
