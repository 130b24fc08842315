#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Writes a compressed dump anew as that of a larger machine: every page behind its memory is in the dump, too.

usage: large_dump.py FROM TO GIB

FROM is what makedumpfile -c made. What the further pages hold is a hole, and so are their descriptors: a file of some
hundred megabytes more that takes no more space.
"""

import os
import struct
import sys

BLOCK = 4096
# Of the header: sub header's and bitmaps' blocks, and how many pages there are, also in the sub header with 64 bits.
BLOCKS_AT, PAGES_AT = 432, 96
DESCRIPTOR = struct.Struct("<QIIQ")


def main():
    with open(sys.argv[1], "rb") as source:
        old = bytearray(source.read())
    pages = int(sys.argv[3]) << 30 >> 12
    sub_blocks, bitmap_blocks, old_pages = struct.unpack_from("<III", old, BLOCKS_AT)
    bitmaps_at = (1 + sub_blocks) * BLOCK
    old_half, half = bitmap_blocks * BLOCK // 2, pages // 8
    old_descriptors = bitmaps_at + 2 * old_half
    there = old[bitmaps_at + old_half:old_descriptors]
    count = int.from_bytes(there, "little").bit_count()
    old_data = old_descriptors + count * DESCRIPTOR.size
    descriptors = bitmaps_at + 2 * half
    data = descriptors + (count + pages - old_pages) * DESCRIPTOR.size

    struct.pack_into("<III", old, BLOCKS_AT, sub_blocks, 2 * half // BLOCK, min(pages, 0xFFFFFFFF))
    struct.pack_into("<Q", old, BLOCK + PAGES_AT, pages)
    further = (1 << pages) - (1 << old_pages)
    with open(sys.argv[2], "wb") as target:
        target.write(old[:bitmaps_at])
        for at in (bitmaps_at, bitmaps_at + old_half):
            bits = int.from_bytes(old[at:at + old_half], "little") & ((1 << old_pages) - 1)
            target.write((bits | further).to_bytes(half, "little"))
        for at in range(old_descriptors, old_data, DESCRIPTOR.size):
            where, size, flags, page_flags = DESCRIPTOR.unpack_from(old, at)
            target.write(DESCRIPTOR.pack(where + data - old_data, size, flags, page_flags))
        target.seek(data)
        target.write(old[old_data:])


if __name__ == "__main__":
    main()
