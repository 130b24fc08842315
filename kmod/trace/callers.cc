// SPDX-License-Identifier: GPL-2.0
#include "callers.hh"

#include "../core/mix.hh"
#include "../core/text.hh"
#include "../glue/arch.h"
#include "../glue/symbols.h"

namespace wqlab {

namespace {

// What is between a caller and the tracepoint. Not what calls for itself: delayed_work_timer_fn(), rcu_work_rcufn().
constexpr const char* kQueueing[] = {
    "__queue_work",          "queue_work_on",       "queue_work_node", "__queue_delayed_work",
    "queue_delayed_work_on", "mod_delayed_work_on", "queue_rcu_work",  "__traceiter_workqueue_queue_work",
    "queue_delayed_work",    "flush_delayed_work",  "queue_work",
};

bool is_queueing(uint64_t address)
{
    char name[64];
    wqlab_symbol_name(address - 1, name, sizeof(name));
    // Without what compilers add, such as ".part.0".
    const Slice function = Slice(name).take('.');
    for (const char* one : kQueueing)
        if (function.is(one))
            return true;
    return false;
}

// wqlab_stack_word(), without a call where that can be.
[[gnu::no_sanitize_address]] inline uint64_t word_of(wqlab_stack stack, uint32_t above)
{
    const uintptr_t at = stack.frame + above;
    if (!WQLAB_STACK_IS_PLAIN || !stack.end) [[unlikely]]
        return wqlab_stack_word(stack, above);
    return at + sizeof(uint64_t) > stack.end ? WQLAB_NO_WORD : *reinterpret_cast<const volatile uint64_t*>(at);
}

}  // namespace

inline Callers::Node& Callers::at(uint16_t below, uint64_t address)
{
    for (uint64_t slot = mixed(address ^ uint64_t{below} << 48);; slot++) {
        // Index 0 is the probe's.
        Node& node = nodes_[slot & (kNodes - 1) ?: 1];
        if (!node.address || (node.address == address && node.below == below))
            return node;
    }
}

Callers::Caller Callers::find(wqlab_stack stack)
{
    uint16_t below = 0, above = sizeof(uint64_t);
    for (unsigned i = 0; i < kFrames; i++) {
        const uint64_t word = word_of(stack, above);
        const Node& node = at(below, word);
        if (!node.address)
            break;
        if (!node.above)
            return {node.address - 1, node.likely, false};
        below = static_cast<uint16_t>(&node - nodes_);
        above = node.above;
    }
    // To walk costs a hundred times as much, with a pool locked: not again and again for nothing.
    if (patience_) {
        patience_--;
        return {};
    }
    return walk(stack);
}

Callers::Caller Callers::walk(wqlab_stack stack)
{
    uint64_t addresses[kWalked];
    const unsigned walked = wqlab_stack_walk(addresses, kWalked);
    unsigned first = 0;
    const uint64_t probes = word_of(stack, sizeof(uint64_t));
    while (first < walked && addresses[first] != probes)
        first++;
    for (unsigned i = first; i < walked; i++) {
        if (is_queueing(addresses[i]))
            continue;
        bool likely = false;
        const uint64_t beyond = i + 1 < walked ? addresses[i + 1] : 0;
        if (!learn(stack, addresses + first, i - first + 1, beyond, likely))
            patience_ = kPatience;
        return {addresses[i] - 1, likely, true};
    }
    patience_ = kPatience;
    return {.walked = true};
}

bool Callers::learn(wqlab_stack stack, const uint64_t* addresses, unsigned frames, uint64_t beyond, bool& likely)
{
    uint16_t above[kFrames];
    if (frames > kFrames)
        return false;
    unsigned found = 0;
    for (uint32_t at_byte = sizeof(uint64_t); at_byte < kSearched; at_byte += sizeof(uint64_t)) {
        const uint64_t word = word_of(stack, at_byte);
        if (word == WQLAB_NO_WORD)
            break;
        // What a function has left behind may look like a return address: then there are two.
        if (found && word == addresses[found - 1])
            likely = true;
        if (found == frames) {
            if (word == beyond)
                break;
            continue;
        }
        if (word == addresses[found])
            above[found++] = static_cast<uint16_t>(at_byte);
    }
    if (found < frames)
        return false;
    // Of code that is no more there may be nodes, too: all begin anew.
    if (used_ + frames > kMostNodes) {
        for (Node& node : nodes_)
            node = {};
        used_ = 0;
    }
    for (unsigned i = 0, below = 0; i < frames; i++) {
        Node& node = at(static_cast<uint16_t>(below), addresses[i]);
        used_ += !node.address;
        node = {.address = addresses[i],
                .below = static_cast<uint16_t>(below),
                .above = i + 1 < frames ? above[i + 1] : uint16_t{0},
                .likely = likely};
        below = static_cast<unsigned>(&node - nodes_);
    }
    return true;
}

}  // namespace wqlab
