// SPDX-License-Identifier: GPL-2.0
#include "item.hh"

#include "body.hh"
#include "issuer.hh"

namespace wqlab {

namespace {

// While one exists, nothing else of this CPU writes this workqueue's record.
class Pin {
public:
    Pin() : context_(wqlab_pin_begin()) {}
    Pin(const Pin&) = delete;
    ~Pin() { wqlab_pin_end(); }

    uint32_t cpu() const { return context_.cpu; }
    int32_t pid() const { return context_.pid; }
    bool softirq() const { return context_.softirq; }

private:
    const wqlab_context context_;
};

// What every item leaves behind.
ExecutionRecord& count(LoadedQueue& queue, const Pin& pin, uint32_t queued_at)
{
    ExecutionRecord& record = queue.on(pin.cpu());
    record.executed.add();
    record.from[queued_at].add();
    if (pin.softirq())
        record.softirq.add();
    else if (!record.workers.see(pin.pid(), wqlab_current_nice))
        record.workers_lost.add();
    return record;
}

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
    if (note.ns || !issuer.is_bare()) {
        execute_with_options(note);
        return;
    }
    {
        const Pin pin;
        LoadedQueue& queue = issuer.queue();
        Gauge& running = queue.gauge(pin.cpu());
        running.enter();
        count(queue, pin, note.cpu).drained.add(issuer.control().aborting.is_set());
        running.leave();
    }
    issuer.hand_back(*this);
}

void Item::execute_with_options(const Note& note)
{
    const bool timed = note.ns != 0;
    Issuer& issuer = issuer_;
    RunControl& control = issuer.control();
    LoadedQueue& queue = issuer.queue();
    const bool reordered = issuer.keeps_order() && issuer.started_out_of_order(note.ticket);
    const bool drained = control.aborting.is_set();
    const uint32_t start_cpu = wqlab_this_cpu();
    Gauge& running = queue.gauge(start_cpu);

    running.enter();
    const uint64_t start = timed ? wqlab_now() : 0;
    bool performed = true;
    if (const BodySpec& body = issuer.spec().body; body.kind != WQLAB_BODY_NOTHING && !drained) {
        BodyContext context{random_, buffer_, control.mutex, control.aborting,
                            (queue.flags() & WQLAB_WQ_BH) != 0};
        performed = perform(body, context);
    }
    const uint64_t end = timed ? wqlab_now() : 0;
    running.leave();
    {
        const Pin pin;
        ExecutionRecord& record = count(queue, pin, note.cpu);
        if (timed && !drained) {
            record.wait.add(start - note.ns);
            record.run.add(end - start);
            record.total.add(end - note.ns);
        }
        record.drained.add(drained);
        record.alloc_failed.add(!performed);
        record.reordered.add(reordered);
        record.migrated.add(pin.cpu() != start_cpu);
    }
    if (issuer.is_plain()) {
        issuer.hand_back(*this);
        return;
    }
    // A cancel that comes while the item runs finds nothing to cancel, but holds
    // its PENDING bit for a moment (workqueue.c, try_to_grab_pending()).
    while (links_left_ && !control.closing.is_set())
        if (requeue())
            return;
    if (!issuer.spec().coalesce && drop_reference())
        issuer.hand_back(*this);
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
    ExecutionRecord& record = queue.on(pin.cpu());
    record.requeued.add();
    if (timed)
        record.queue_call.add(wqlab_now() - before);
    return true;
}

}  // namespace wqlab
