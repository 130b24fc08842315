// SPDX-License-Identifier: GPL-2.0
// The machine's NUMA nodes. A kernel without NUMA has one, which is no variable of its.
#pragma once

#include "masks.hh"

namespace wqlab {

class Nodes {
public:
    explicit Nodes(const Kernel& kernel) : kernel_(kernel)
    {
        if (!kernel.has(Symbol::kNrNodes) || !kernel.has(Symbol::kNodeStates) || !kernel.read(count_, Symbol::kNrNodes))
            count_ = 1;
        if (count_ > kMost)
            count_ = kMost;
    }

    // Numbers are below this; not all of them are nodes.
    uint32_t end() const { return count_; }
    // node_states[N_POSSIBLE], which is the first.
    bool is_possible(uint32_t node) const
    {
        if (!kernel_.has(Symbol::kNodeStates))
            return node == 0;
        uint64_t word = 0;
        kernel_.read(&word, kernel_[Symbol::kNodeStates] + node / 64 * sizeof(word), sizeof(word));
        return word >> (node % 64) & 1;
    }
    // Its mask; 0: it can't be read.
    Address cpus(uint32_t node) const
    {
        if (!kernel_.has(Symbol::kNodeCpus))
            return kernel_[Symbol::kOnlineCpus];
        return mask_of_variable(kernel_, kernel_[Symbol::kNodeCpus] + uint64_t{node} * kernel_.size(Field::kAttrsCpus));
    }

private:
    static constexpr uint32_t kMost = 1024;  // the largest MAX_NUMNODES

    const Kernel& kernel_;
    uint32_t count_ = 1;
};

}  // namespace wqlab
