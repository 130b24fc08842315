// SPDX-License-Identifier: GPL-2.0
#include "words.hh"

#include "../core/text.hh"
#include "../glue/inspect.h"
#include "../glue/symbols.h"

namespace wqlab {

Result<uint32_t> Strings::add(const char* text)
{
    const uint32_t size = static_cast<uint32_t>(__builtin_strlen(text)) + 1;
    TRY(text_.reserve(size));
    for (uint32_t i = 0; i < size; i++)
        *text_.add() = text[i];
    return count_++;
}

Result<uint32_t> Strings::symbol(uintptr_t address)
{
    if (!address)
        return WQLAB_NONE;
    if (const uint32_t known = symbols_.get(address); known != AddressMap::kNone)
        return known;
    char name[128];
    wqlab_symbol_name(address, name, sizeof(name));
    const uint32_t number = TRY(add(name));
    TRY(symbols_.reserve(count_ + 1));
    symbols_.put(address, number);
    return number;
}

Result<uint32_t> Masks::add(uintptr_t cpumask)
{
    TRY(words_.reserve(words_each_));
    const uint32_t last = words_.size() / words_each_;
    uint64_t* words = words_.end();
    if (!cpumask || !wqlab_peek(words, cpumask, words_each_ * sizeof(uint64_t)))
        return WQLAB_NONE;
    // What is beyond nr_cpu_ids means nothing.
    if (const uint32_t rest = wqlab_nr_cpus() % 64)
        words[words_each_ - 1] &= (uint64_t{1} << rest) - 1;
    for (uint32_t mask = 0; mask < last; mask++)
        if (__builtin_memcmp(&words_[mask * words_each_], words, words_each_ * sizeof(uint64_t)) == 0)
            return mask;
    words_.grow(words_each_);
    return last;
}

}  // namespace wqlab
