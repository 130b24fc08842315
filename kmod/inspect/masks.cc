// SPDX-License-Identifier: GPL-2.0
// The sets of CPUs of a snapshot: words side by side, each set once.
#include "masks.hh"

namespace wqlab {

Result<uint32_t> Masks::add(const Kernel& kernel, Address cpumask)
{
    TRY(words_.reserve(words_each_));
    if (!cpumask || !kernel.read(words_.end(), cpumask, words_each_ * sizeof(uint64_t)))
        return WQLAB_NONE;
    return take_last();
}

Result<uint32_t> Masks::add_words(const uint64_t* words)
{
    TRY(words_.reserve(words_each_));
    __builtin_memcpy(words_.end(), words, words_each_ * sizeof(uint64_t));
    return take_last();
}

uint32_t Masks::take_last()
{
    const uint32_t last = words_.size() / words_each_;
    const uint64_t* words = words_.end();
    // What is beyond nr_cpu_ids means nothing.
    if (const uint32_t rest = nr_cpus_ % 64)
        words_.end()[words_each_ - 1] &= (uint64_t{1} << rest) - 1;
    for (uint32_t mask = 0; mask < last; mask++)
        if (__builtin_memcmp(&words_[mask * words_each_], words, words_each_ * sizeof(uint64_t)) == 0)
            return mask;
    words_.grow(words_each_);
    return last;
}

}  // namespace wqlab
