#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Packs files into a cpio archive ("newc"), byte for byte the same for the same files.

mkinitrd.py OUTPUT FILE...: each file is stored under its base name.
"""
import os
import sys


def pad(data):
    return data + b"\0" * (-len(data) % 4)


HEADER = 110
ALIGNMENT = 8


def member(number, name, mode, data, offset):
    """The archive's bytes for one file, at this offset; more zeros behind the name align the contents."""
    encoded = name.encode() + b"\0"
    encoded += b"\0" * (-(offset + HEADER + len(encoded)) % ALIGNMENT)
    fields = [number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(encoded), 0]
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    return pad(header + encoded) + pad(data)


def main():
    output, files = sys.argv[1], sys.argv[2:]
    archive = b""
    for number, path in enumerate(files, start=1):
        with open(path, "rb") as file:
            archive += member(number, os.path.basename(path), 0o100755, file.read(), len(archive))
    archive += member(0, "TRAILER!!!", 0, b"", len(archive))
    with open(output, "wb") as file:
        file.write(archive)


if __name__ == "__main__":
    main()
