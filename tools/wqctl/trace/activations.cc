// SPDX-License-Identifier: GPL-2.0
#include "trace/activations.hh"

namespace wqctl {

void Activations::pass(Undecided& undecided, bool held_back)
{
    undecided.is_there = false;
    undecided_count_--;
    undecided.event.held_back = held_back;
    next_.event(undecided.event);
}

void Activations::event(const Event& event)
{
    if (event.cpu >= undecided_.size())
        undecided_.resize(size_t{event.cpu} + 1);
    Undecided& of_cpu = undecided_[event.cpu];
    if (of_cpu.is_there) {
        const bool at_once = event.kind == EventKind::kActivate && event.item == of_cpu.event.item;
        // If it is its activation that was lost, nobody will know: it is not said to be held back.
        pass(of_cpu, !at_once && event.kind != EventKind::kLost);
        if (at_once)
            return;
    }
    // Another CPU may have activated it, or taken it away.
    if (undecided_count_ && event.item)
        for (Undecided& other : undecided_)
            if (other.is_there && other.event.item == event.item)
                pass(other, true);
    if (event.kind == EventKind::kQueue) {
        of_cpu = {true, event};
        undecided_count_++;
        return;
    }
    next_.event(event);
}

void Activations::settle(uint64_t before)
{
    for (Undecided& one : undecided_)
        if (one.is_there && one.event.time < before)
            pass(one, true);
}

void Activations::end(const Tail& tail)
{
    for (Undecided& one : undecided_)
        if (one.is_there)
            pass(one, true);
    next_.end(tail);
}

}  // namespace wqctl
