// SPDX-License-Identifier: GPL-2.0
// A work item under load and the path it takes.
#pragma once

#include "../core/random.hh"
#include "../lab/work_item.hh"

namespace wqlab {

class Issuer;

// Who may touch what. Until it is queued an item is its issuer's. Once it is,
// it belongs to the kernel, and comes back through Issuer::hand_back(). Where
// more than one execution can be owed (mod_delayed_work(), chains, cancels),
// that is when the last of its references is dropped: one for each execution
// owed, and one more while the issuer still means to modify it.
//
// An item can be queued again while it runs. What is noted at a queue call is
// therefore kept for three instances: one that has begun, one that is pending,
// and one whose queue call may yet be refused. The one before those has ended,
// because an item does not run twice at once (workqueue.c,
// find_worker_executing_work()).
class alignas(64) Item : public WorkItem {
public:
    Item(Issuer& issuer, wqlab_work_kind kind, uint64_t seed, unsigned char* buffer);

    // What an execution needs to know of its queue call. ns: before the call;
    // 0 if this one is not timed.
    struct Note {
        uint64_t ns;
        uint32_t cpu;
        uint32_t ticket;  // counts the issuer's calls
    };
    // Before the queue call, by whoever makes it.
    void note(const Note& note) { notes_[queued_++ % kNotes] = note; }
    // The queue call was refused, or the item cancelled: the noted instance will not run.
    void withdraw_note() { queued_--; }

    void set_links(uint32_t links) { links_left_ = links; }
    uint32_t links_left() const { return links_left_; }
    void set_references(uint32_t n) { __atomic_store_n(&references_, n, __ATOMIC_RELAXED); }
    // True: that was the last.
    bool drop_reference() { return __atomic_sub_fetch(&references_, 1, __ATOMIC_ACQ_REL) == 0; }

    Item* next = nullptr;  // in the issuer's lists

private:
    static constexpr uint32_t kNotes = 4;  // three, rounded up to a power of two

    static void run(WorkItem& work) { static_cast<Item&>(work).execute(); }
    void execute();
    void execute_with_options(const Note& note);
    bool requeue();

    Issuer& issuer_;
    unsigned char* const buffer_;
    uint32_t queued_ = 0;   // instances noted
    uint32_t started_ = 0;  // instances begun
    Note notes_[kNotes] = {};
    uint32_t links_left_ = 0;
    uint32_t until_timed_ = 1;
    uint32_t references_ = 0;
    Random random_;
};

}  // namespace wqlab
