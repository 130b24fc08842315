// SPDX-License-Identifier: GPL-2.0
// While one lives, memory runs out after so many allocations. A program with
// this gets its memory here and not from source/bytes/heap.cc.
#pragma once

class FailingHeap {
public:
    explicit FailingHeap(unsigned after);
    FailingHeap(const FailingHeap&) = delete;
    ~FailingHeap();
};
