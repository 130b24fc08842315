// SPDX-License-Identifier: GPL-2.0
// A work item under load and the path it takes.
#pragma once

#include "../core/random.hh"
#include "../glue/context.h"
#include "../glue/upcalls.h"
#include "../glue/work.h"
#include "../lab/work_item.hh"
#include "record.hh"

namespace wqlab {

class Issuer;

// Who may touch what. Until it is queued an item is its issuer's. Once it is,
// it belongs to the kernel, and comes back through Issuer::hand_back(). A plain
// issuer's items come back after each execution. Of the others more than one
// execution can be owed; they come back when the last of their references is
// dropped: one for each execution owed, and one more while the issuer still
// means to modify the item.
//
// Each way is ordered by who carries the item: queue_work() that returns true
// publishes what was written before it to the function, a hand-back (release) to
// the issuer that takes it (acquire), a dropped reference to who drops the last,
// and a pool's lock one execution to the next. A call that is refused publishes
// nothing here: the note that it withdraws is in nobody's place.
//
// An item can be queued again while it runs. What is noted at a queue call is
// therefore kept for three instances: one that has begun, one that is pending,
// and one whose queue call may yet be refused. The one before those has ended,
// because an item does not run twice at once (workqueue.c,
// find_worker_executing_work()). A plain issuer's item has one instance and
// uses the first note only.
class alignas(64) Item : public WorkItem<Item> {
public:
    Item(Issuer& issuer, wqlab_work_kind kind, uint64_t seed, unsigned char* buffer);

    // Before the queue call, by whoever makes it.
    void note(const Note& note) { notes_[queued_++ % kNotes] = note; }
    // The queue call was refused, or the item cancelled: the noted instance will not run.
    void withdraw_note() { queued_--; }
    // The same for a plain item: what is not set stays from the last time.
    void note_stamp(uint64_t stamp) { notes_[0].stamp = stamp; }
    void note_ticket(uint32_t ticket) { notes_[0].ticket = ticket; }

    void set_links(uint32_t links) { links_left_ = links; }
    uint32_t links_left() const { return links_left_; }
    // Relaxed: the queue call that follows publishes it.
    void set_references(uint32_t n) { __atomic_store_n(&references_, n, __ATOMIC_RELAXED); }
    // True: that was the last.
    bool drop_reference() { return __atomic_sub_fetch(&references_, 1, __ATOMIC_ACQ_REL) == 0; }

    // Of a plain item's last execution, once it is back.
    uint64_t last_stamp() const { return notes_[0].stamp; }
    const Outcome& last_outcome() const { return outcome_; }

    Item* next = nullptr;  // in the issuer's lists

private:
    static constexpr uint32_t kNotes = 4;  // three, rounded up to a power of two

    friend void ::wqlab_item_execute(work_struct* work, wqlab_context context);
    friend void ::wqlab_bare_item_execute(work_struct* work, wqlab_context context);
    void execute_bare(const wqlab_context& where);
    void execute(const wqlab_context& where);
    uint32_t perform_body(const Note& note, uint32_t start_cpu);
    void account(const Note& note, const Outcome& outcome);
    bool requeue();

    // What a bare item needs comes first, so that few lines travel.
    Issuer& issuer_;
    Outcome outcome_ = {};
    Note notes_[kNotes] = {};
    unsigned char* const buffer_;
    uint32_t queued_ = 0;   // instances noted
    uint32_t started_ = 0;  // instances begun
    uint32_t links_left_ = 0;
    uint32_t until_timed_ = 1;
    uint32_t references_ = 0;
    Random random_;
};

}  // namespace wqlab
