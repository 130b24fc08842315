// SPDX-License-Identifier: GPL-2.0
#include "machine/failing_heap.hh"

#include <cstdlib>
#include <cstring>

#include "core/memory.hh"

namespace {

constexpr unsigned kNever = ~0u;
unsigned left = kNever;

}  // namespace

FailingHeap::FailingHeap(unsigned after) { left = after; }

FailingHeap::~FailingHeap() { left = kNever; }

// Of exactly the size, so that the sanitizer sees who looks behind it.
void* wqlab_alloc(size_t bytes, int)
{
    if (left == 0)
        return nullptr;
    if (left != kNever)
        left--;
    return std::calloc(1, bytes);
}

void wqlab_free(void* memory) { std::free(memory); }
