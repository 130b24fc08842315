// SPDX-License-Identifier: GPL-2.0
// The sets of CPUs of a snapshot, to which its rows refer by number, and where
// the kernel keeps one: cpumask_var_t is an array of one mask or, with
// CONFIG_CPUMASK_OFFSTACK, a pointer.
#pragma once

#include "kernel.hh"
#include "table.hh"

namespace wqlab {

class Masks {
public:
    // Of a kernel with so many CPUs. Before anything else.
    void set_cpus(uint32_t nr_cpus)
    {
        nr_cpus_ = nr_cpus;
        words_each_ = (nr_cpus + 63) / 64;
    }

    uint32_t words_each() const { return words_each_; }
    // The number of the set of CPUs at this address, each set once; WQLAB_NONE: nothing is there. Allocates.
    Result<uint32_t> add(const Kernel& kernel, Address cpumask);
    // The same of one that was copied: words_each() words.
    Result<uint32_t> add_words(const uint64_t* words);
    bool has(uint32_t mask, uint32_t cpu) const
    {
        return mask != WQLAB_NONE && cpu < nr_cpus_ && words_[mask * words_each_ + cpu / 64] >> (cpu % 64) & 1;
    }

    const Table<uint64_t>& words() const { return words_; }

private:
    // Of the words behind the end, which are a new set unless it is one that is known.
    uint32_t take_last();

    Table<uint64_t> words_;
    uint32_t nr_cpus_ = 0;
    uint32_t words_each_ = 0;
};

// The mask of a cpumask_var_t, or of an element of an array of them; 0: it can't be read.
inline Address mask_of_variable(const Kernel& kernel, Address variable)
{
    if (!kernel.member(Field::kAttrsCpus).pointers)
        return variable;
    Address mask;
    return kernel.read(&mask, variable, sizeof(mask)) ? mask : 0;
}

// A mask of a struct workqueue_attrs; 0: it can't be read, or this kernel has no such.
inline Address mask_of_attrs(const Kernel& kernel, Address attrs, Field field)
{
    return kernel.has(field) ? mask_of_variable(kernel, kernel.address(attrs, field)) : 0;
}

}  // namespace wqlab
