// SPDX-License-Identifier: GPL-2.0
// A work item under load and the path it takes.
#pragma once

#include "../core/random.hh"
#include "../lab/work_item.hh"

namespace wqlab {

class Issuer;

// Who may touch what. Until it is queued an item is its issuer's. Once it is,
// it belongs to the kernel, and comes back through Issuer::hand_back() when
// the last of its references is dropped: one for each execution owed, and one
// more while the issuer still means to call mod_delayed_work() on it.
//
// An item can be queued again while it runs (coalescing, mod_delayed_work(),
// chains). What is noted at a queue call is therefore kept for three instances:
// one that has begun, one that is pending, and one whose queue call may yet be
// refused. The one before those has ended, because an item does not run twice
// at once (workqueue.c, find_worker_executing_work()).
class alignas(64) Item : public WorkItem {
public:
    Item(Issuer& issuer, wqlab_work_kind kind, uint64_t seed, unsigned char* buffer);

    // Notes what the next execution needs to know. Called before the queue
    // call, by whoever makes it; if the call is refused, nothing is changed
    // by noting again.
    void note(uint64_t queued_ns, uint32_t queued_cpu, bool timed)
    {
        notes_[queued_ % kNotes] = {queued_ns, ticket_, queued_cpu, timed};
    }
    void noted_was_queued() { queued_++; }
    // The queue call was refused, or the item cancelled: the noted instance will not run.
    void noted_was_withdrawn() { queued_--; }

    void set_ticket(uint32_t ticket) { ticket_ = ticket; }
    void set_links(uint32_t links) { links_left_ = links; }
    uint32_t links_left() const { return links_left_; }
    void set_references(uint32_t n) { __atomic_store_n(&references_, n, __ATOMIC_RELAXED); }
    // True: that was the last.
    bool drop_reference() { return __atomic_sub_fetch(&references_, 1, __ATOMIC_ACQ_REL) == 0; }

    Item* next = nullptr;  // in the issuer's lists

private:
    static constexpr uint32_t kNotes = 4;  // three, rounded up to a power of two

    struct Note {
        uint64_t ns;
        uint32_t ticket;
        uint32_t cpu;
        bool timed;
    };

    static void run(WorkItem& work) { static_cast<Item&>(work).execute(); }
    void execute();
    bool requeue();

    Issuer& issuer_;
    unsigned char* const buffer_;
    Random random_;
    Note notes_[kNotes] = {};
    uint32_t queued_ = 0;   // instances queued
    uint32_t started_ = 0;  // instances begun
    uint32_t ticket_ = 0;
    uint32_t links_left_ = 0;
    uint32_t until_timed_ = 1;
    uint32_t references_ = 0;
};

}  // namespace wqlab
