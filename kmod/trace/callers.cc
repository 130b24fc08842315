// SPDX-License-Identifier: GPL-2.0
#include "callers.hh"

#include "../core/text.hh"
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

}  // namespace

Callers::Caller Callers::find(const wqlab_stack& stack)
{
    for (unsigned i = 0, at = last_; i < kWays; i++, at = (at + 1) % kWays) {
        const Way& way = ways_[at];
        if (way.frames && wqlab_stack_has(&stack, way.above, way.addresses, way.frames)) {
            last_ = at;
            return of(way, false);
        }
    }
    return walk(stack);
}

Callers::Caller Callers::walk(const wqlab_stack& stack)
{
    uint64_t addresses[kWalked], probes;
    const unsigned walked = wqlab_stack_walk(addresses, kWalked);
    if (!wqlab_stack_word(&stack, sizeof(uint64_t), &probes))
        return {.walked = true};
    unsigned first = 0;
    while (first < walked && addresses[first] != probes)
        first++;
    for (unsigned i = first; i < walked; i++) {
        if (is_queueing(addresses[i]))
            continue;
        Way& way = ways_[next_];
        way.frames = 0;
        const uint64_t beyond = i + 1 < walked ? addresses[i + 1] : 0;
        if (!learn(stack, addresses + first, i - first + 1, beyond, way))
            return {addresses[i] - 1, false, true};
        last_ = next_;
        next_ = (next_ + 1) % kWays;
        return of(way, true);
    }
    return {.walked = true};
}

bool Callers::learn(const wqlab_stack& stack, const uint64_t* addresses, unsigned frames, uint64_t beyond, Way& way)
{
    if (frames > kFrames)
        return false;
    way.likely = false;
    unsigned found = 0;
    for (uint32_t above = sizeof(uint64_t); above < kSearched; above += sizeof(uint64_t)) {
        uint64_t word;
        if (!wqlab_stack_word(&stack, above, &word))
            break;
        // What a function has left behind may look like a return address: then there are two.
        if (found && word == addresses[found - 1])
            way.likely = true;
        if (found == frames) {
            if (word == beyond)
                break;
            continue;
        }
        if (word != addresses[found])
            continue;
        way.addresses[found] = word;
        way.above[found++] = static_cast<uint16_t>(above);
    }
    if (found < frames)
        return false;
    way.frames = static_cast<uint8_t>(frames);
    return true;
}

}  // namespace wqlab
