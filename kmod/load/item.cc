// SPDX-License-Identifier: GPL-2.0
#include "item.hh"

#include "body.hh"
#include "issuer.hh"

namespace wqlab {

namespace {

// While one exists, nothing else of this CPU writes this workqueue's record.
class Pin {
public:
    Pin() { wqlab_pin_begin(&context_); }
    Pin(const Pin&) = delete;
    ~Pin() { wqlab_pin_end(); }

    uint32_t cpu() const { return context_.cpu; }
    int32_t pid() const { return context_.pid; }
    bool softirq() const { return context_.softirq; }

private:
    wqlab_context context_;
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
    RunControl& control = issuer_.control();
    LoadedQueue& queue = issuer_.queue();
    const uint32_t start_cpu = wqlab_this_cpu();
    Gauge& running = queue.gauge(start_cpu);
    const bool reordered = issuer_.keeps_order() && issuer_.started_out_of_order(note.ticket);

    running.enter();
    uint64_t start = 0, end = 0;
    bool performed = true;
    const bool drained = control.aborting.is_set();
    if (note.timed)
        start = wqlab_now();
    const BodySpec& body = issuer_.spec().body;
    if (body.kind != WQLAB_BODY_NOTHING && !drained) {
        BodyContext context{random_, buffer_, control.mutex, control.aborting,
                            (queue.flags() & WQLAB_WQ_BH) != 0};
        performed = perform(body, context);
    }
    if (note.timed)
        end = wqlab_now();
    running.leave();

    {
        const Pin pin;
        ExecutionRecord& record = queue.on(pin.cpu());
        record.executed.add();
        record.from[note.cpu].add();
        if (pin.softirq())
            record.softirq.add();
        else if (!record.workers.see(pin.pid(), wqlab_current_nice))
            record.workers_lost.add();
        if (pin.cpu() != start_cpu)
            record.migrated.add();
        if (!performed)
            record.alloc_failed.add();
        if (reordered)
            record.reordered.add();
        if (drained) {
            record.drained.add();
        } else if (note.timed) {
            record.wait.add(start - note.ns);
            record.run.add(end - start);
            record.total.add(end - note.ns);
        }
    }

    if (links_left_ && !control.closing.is_set() && requeue())
        return;
    if (!issuer_.spec().coalesce && drop_reference())
        issuer_.hand_back(*this);
}

// A link of a chain. False: somebody has disabled the item.
bool Item::requeue()
{
    links_left_--;
    const bool timed = --until_timed_ == 0;
    if (timed)
        until_timed_ = issuer_.control().sample;
    Issuer& issuer = issuer_;
    LoadedQueue& queue = issuer.queue();

    // Pinned, so that the CPU noted is the one that queue_work() sees.
    const Pin pin;
    ExecutionRecord& record = queue.on(pin.cpu());
    const uint64_t before = timed ? wqlab_now() : 0;
    note(before, pin.cpu(), timed);
    noted_was_queued();
    if (!this->queue(queue.wq())) {
        noted_was_withdrawn();
        return false;
    }
    // From here on the item may be anyone's: nothing below looks at it.
    record.requeued.add();
    if (timed)
        record.queue_call.add(wqlab_now() - before);
    return true;
}

}  // namespace wqlab
