#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Writes an ELF dump anew with its program headers where makedumpfile looks for them, right behind the ELF header.

usage: plain_elf.py FROM TO

QEMU before 8.0 puts section headers there, and makedumpfile then finds no memory in the file. Holes stay holes.
"""

import os
import struct
import sys

EHDR, PHDR = struct.Struct("<16sHHIQQQIHHHHHH"), struct.Struct("<IIQQQQQQ")
PAGE = 4096


def copy(source, target, at, to, size):
    while size:
        try:
            data = os.lseek(source, at, os.SEEK_DATA)
        except OSError:
            return
        skip = min(data - at, size)
        at, to, size = at + skip, to + skip, size - skip
        part = os.pread(source, min(size, 1 << 20), at)
        if part.strip(b"\0"):
            os.pwrite(target, part, to)
        at, to, size = at + len(part), to + len(part), size - len(part)


def main():
    source = os.open(sys.argv[1], os.O_RDONLY)
    target = os.open(sys.argv[2], os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    ehdr = list(EHDR.unpack(os.pread(source, EHDR.size, 0)))
    offset, number = ehdr[5], ehdr[10]
    headers = [list(PHDR.unpack(os.pread(source, PHDR.size, offset + i * PHDR.size))) for i in range(number)]
    ehdr[5], ehdr[6], ehdr[11], ehdr[12], ehdr[13] = EHDR.size, 0, 0, 0, 0
    at = EHDR.size + number * PHDR.size
    for header in headers:
        copy(source, target, header[2], at, header[5])
        header[2] = at
        at = (at + header[5] + PAGE - 1) // PAGE * PAGE
    os.pwrite(target, EHDR.pack(*ehdr) + b"".join(PHDR.pack(*header) for header in headers), 0)
    os.ftruncate(target, at)


if __name__ == "__main__":
    main()
