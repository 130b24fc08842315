// SPDX-License-Identifier: GPL-2.0
// Who flushes an item that has others in front of it and behind it on its pool's worklist.
#pragma once

#include "look.hh"
#include "threshold.hh"

namespace wqlab {

// The one in front spins and runs, the one behind spins, and what is behind that in turn does not begin. meanwhile() is
// called when somebody waits for the item. He is to return while `other`, which is then still to be opened, runs.
template <typename Meanwhile>
void flush_in_line(Trial& t, TestItem& item, TestItem& other, Meanwhile meanwhile)
{
    const Threshold off(t, 0);
    const uint32_t cpu = t.other_cpu(t.first_cpu());
    Queue& wq = t.queue();
    TestItem& front = t.item("the item that spins", TestItem::Body::kSpin);
    front.queue_on(wq, cpu);
    AWAIT(t, front.started() == 1, "the item that spins to start");
    item.queue_on(wq, cpu);
    other.queue_on(wq, cpu);
    Actor& flusher = t.actor("flusher", static_cast<int>(t.first_cpu()), [&item] { item.flush(); });
    AWAIT(t, flusher.done() || sleeps_behind_barrier(t, flusher), "flush_work() to begin");
    WANT(t, !flusher.done(), "flush_work() of a pending item returned");
    meanwhile();
    front.open();
    AWAIT(t, other.started() == 1, "the item behind it to start");
    AWAIT(t, flusher.done(), "flush_work() to return while the item behind its own uses the CPU");
    WANT(t, other.running(), "the item behind it ended");
}

}  // namespace wqlab
