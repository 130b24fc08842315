// SPDX-License-Identifier: GPL-2.0
#include "item.hh"

#include "body.hh"
#include "issuer.hh"

namespace wqlab {

namespace {

// While one exists, nothing else of this CPU writes this workqueue's record.
class Pin {
public:
    Pin() : cpu_(wqlab_pin_begin()) {}
    Pin(const Pin&) = delete;
    ~Pin() { wqlab_pin_end(); }

    uint32_t cpu() const { return cpu_; }

private:
    const uint32_t cpu_;
};

}  // namespace

Item::Item(Issuer& issuer, wqlab_work_kind kind, uint64_t seed, unsigned char* buffer)
    : WorkItem(kind, issuer.is_bare() ? wqlab_bare_item : wqlab_item), issuer_(issuer), buffer_(buffer), random_(seed)
{
    wqlab_work_set_lockdep_class(work(), issuer.queue().flags() & WQLAB_WQ_BH);
}

// The shortest way: what it costs is what the lab adds to an empty item.
inline void Item::execute_bare(const wqlab_context& where)
{
    outcome_.where = where;
    Issuer& issuer = issuer_;
    Gauge& running = issuer.queue().gauge(outcome_.where.cpu);
    const bool timed = notes_[0].stamp != 0;
    running.enter();
    if (timed)
        outcome_.start = Clock::counter();
    // A run that aborts does so to its end: there is no next time to clear it for.
    if (issuer.control().aborting.is_set()) [[unlikely]]
        outcome_.exceptions = Outcome::kDrained;
    if (timed)
        outcome_.end = Clock::counter();
    running.leave();
    issuer.hand_back(*this);
}

inline void Item::execute(const wqlab_context& where)
{
    Issuer& issuer = issuer_;
    const Note note = notes_[issuer.is_plain() ? 0 : started_++ % kNotes];
    Outcome outcome = {};
    outcome.where = where;
    Gauge& running = issuer.queue().gauge(outcome.where.cpu);
    running.enter();
    if (note.stamp)
        outcome.start = Clock::stamp();
    outcome.exceptions = perform_body(note, outcome.where.cpu);
    if (note.stamp)
        outcome.end = Clock::stamp();
    running.leave();

    if (issuer.is_plain()) {
        outcome_ = outcome;
        issuer.hand_back(*this);
        return;
    }
    account(note, outcome);
    // A cancel that comes while the item runs finds nothing to cancel, but holds
    // its PENDING bit for a moment (workqueue.c, try_to_grab_pending()).
    while (links_left_ && !issuer.control().closing.is_set())
        if (requeue())
            return;
    if (!issuer.spec().coalesce && drop_reference())
        issuer.hand_back(*this);
}

// The outcome's exceptions.
uint32_t Item::perform_body(const Note& note, uint32_t start_cpu)
{
    uint32_t exceptions = 0;
    RunControl& control = issuer_.control();
    const BodySpec& body = issuer_.spec().body;
    if (issuer_.keeps_order() && issuer_.started_out_of_order(note.ticket))
        exceptions |= Outcome::kReordered;
    if (control.aborting.is_set()) {
        exceptions |= Outcome::kDrained;
    } else if (body.kind != WQLAB_BODY_NOTHING) {
        BodyContext context{random_, buffer_, control.mutex, control.aborting,
                            (issuer_.queue().flags() & WQLAB_WQ_BH) != 0};
        if (!perform(body, context))
            exceptions |= Outcome::kAllocFailed;
    }
    if (wqlab_this_cpu() != start_cpu)
        exceptions |= Outcome::kMigrated;
    return exceptions;
}

void Item::account(const Note& note, const Outcome& outcome)
{
    const Pin pin;
    CpuRecord& record = issuer_.queue().on(pin.cpu());
    record.queued_at[note.cpu].add();
    record.executions.add(note.stamp, outcome);
}

// A link of a chain. False: refused, nothing has changed.
bool Item::requeue()
{
    const bool timed = --until_timed_ == 0;
    if (timed)
        until_timed_ = issuer_.control().sample;
    LoadedQueue& queue = issuer_.queue();

    // Pinned, so that the CPU noted is the one that queue_work() sees.
    const Pin pin;
    const uint64_t before = timed ? Clock::stamp() : 0;
    note({before, pin.cpu(), 0});
    links_left_--;
    if (!this->queue(queue.wq())) {
        links_left_++;
        withdraw_note();
        return false;
    }
    // From here on the item may be anyone's: nothing below looks at it.
    CpuRecord& record = queue.on(pin.cpu());
    record.requeued.add();
    if (timed)
        record.queue_call.add(Clock::ns_since(before));
    return true;
}

}  // namespace wqlab

void wqlab_item_execute(work_struct* work, wqlab_context context) { wqlab::Item::of(work).execute(context); }

void wqlab_bare_item_execute(work_struct* work, wqlab_context context) { wqlab::Item::of(work).execute_bare(context); }
