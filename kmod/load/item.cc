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
    : WorkItem(run, kind), issuer_(issuer), buffer_(buffer), random_(seed)
{
}

// A worker, or a softirq for WQ_BH.
void Item::execute()
{
    const Note note = notes_[started_++ % kNotes];
    Issuer& issuer = issuer_;
    if (issuer.is_plain()) {
        execute_body(note, outcome_);
        issuer.hand_back(*this);
        return;
    }
    Outcome outcome;
    execute_body(note, outcome);
    account(note, outcome);
    // A cancel that comes while the item runs finds nothing to cancel, but holds
    // its PENDING bit for a moment (workqueue.c, try_to_grab_pending()).
    while (links_left_ && !issuer.control().closing.is_set())
        if (requeue())
            return;
    if (!issuer.spec().coalesce && drop_reference())
        issuer.hand_back(*this);
}

inline void Item::execute_body(const Note& note, Outcome& outcome)
{
    Issuer& issuer = issuer_;
    const wqlab_context where = wqlab_current();
    Gauge& running = issuer.queue().gauge(where.cpu);

    running.enter();
    if (note.ns)
        outcome.start = wqlab_now();
    outcome.exceptions = issuer.is_bare() ? issuer.control().aborting.is_set() * Outcome::kDrained
                                          : perform_body(note, where.cpu);
    if (note.ns)
        outcome.end = wqlab_now();
    running.leave();
    outcome.where = where;
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
    record.executions.add(note, outcome);
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
    const uint64_t before = timed ? wqlab_now() : 0;
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
        record.queue_call.add(wqlab_now() - before);
    return true;
}

}  // namespace wqlab
