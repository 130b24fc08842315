// SPDX-License-Identifier: GPL-2.0
#include "issuer.hh"

#include "../glue/cpu.h"
#include "../glue/thread.h"
#include "../glue/time.h"

namespace wqlab {

Result<void> Issuer::create(RunControl& control, LoadedQueue& queue, const IssuerSpec& spec, uint64_t budget,
                            uint32_t cpu, uint64_t seed, const char* name)
{
    control_ = &control;
    queue_ = &queue;
    spec_ = &spec;
    budget_ = budget;
    random_ = Random(seed);
    home_cpu_ = spec.queue_on != IssuerSpec::kAnywhere ? spec.queue_on : cpu;

    // A chain's links queue themselves; timers and grace periods have their own order.
    keeps_order_ = queue.ordered() && (spec.paced() || spec.mode == WQLAB_MODE_CLOSED);

    plain_ = spec.mode != WQLAB_MODE_CHAIN && spec.mode != WQLAB_MODE_DELAYED && spec.mode != WQLAB_MODE_RCU &&
             !spec.coalesce && !spec.cancel_percent && !spec.flush_percent && spec.queue_on == IssuerSpec::kAnywhere &&
             spec.queue_node == IssuerSpec::kAnywhere;
    bare_ = plain_ && !keeps_order_ && spec.body.kind == WQLAB_BODY_NOTHING && Clock::is_counter();

    const int node = wqlab_cpu_node(cpu);
    record_.returned_from = TRY(Array<Counter>::create(wqlab_nr_cpus(), node));
    TRY(items_.create(*this, spec, random_, node));
    thread_ = TRY((Kthread::create<&Issuer::main>(*this, static_cast<int>(cpu), name)));
    // At once: a thread that was never woken counts as a hung task.
    thread_.wake();
    return {};
}

Issuer::~Issuer()
{
    // Before the items that it uses go.
    thread_.join();
}

// The issuing thread.
void Issuer::main()
{
    Kthread::sleep_until([this] { return control_->begun_ns.get() || control_->closing.is_set(); });
    if (const uint64_t begun = control_->begun_ns.get()) {
        arrivals_ = Arrivals({spec_->interval, spec_->burst, spec_->poisson}, begun);
        if (plain_ && spec_->mode == WQLAB_MODE_CLOSED)
            issue_closed();
        else
            issue_all();
        await_outstanding();
        record_.finished_ns.set(wqlab_now() - begun);
    }
    finished_.set();
    control_->changed.signal();
}

// A free item; nullptr when the run closes first.
inline Item* Issuer::take()
{
    if (!items_.has_free() && !wait_for_free())
        return nullptr;
    return &items_.take();
}

inline uint64_t Issuer::stamp_if_sampled()
{
    if (--until_timed_)
        return 0;
    until_timed_ = control_->sample;
    return Clock::stamp();
}

// Ours and idle: it can't be refused, and it comes back once.
inline void Issuer::issue_plain(Item& item)
{
    if (keeps_order_)
        item.note_ticket(next_ticket_++);
    record_.queued.add();
    budget_--;
    const uint64_t before = stamp_if_sampled();
    item.note_stamp(before);
    item.queue(queue_->wq());
    if (before)
        record_.queue_call.add(Clock::ns_since(before));
}

// The shortest way, as Item::execute_bare().
void Issuer::issue_closed()
{
    // The worker that hands an item back on our CPU has more of them to run: to be preempted by
    // us at each would cost it two switches an item.
    if (spec_->depth > 1 && !queue_->unbound())
        wqlab_thread_batch();
    while (budget_ && !control_->closing.is_set()) {
        Item* item = take();
        if (!item)
            return;
        issue_plain(*item);
        // Before it has to wait, and otherwise now and then: an empty item feels the call.
        if (!items_.has_free() || budget_ % 16 == 0)
            wqlab_resched();
    }
}

void Issuer::issue_all()
{
    const bool paced = spec_->paced(), coalesce = spec_->coalesce;
    while (budget_ && !control_->closing.is_set()) {
        if (paced && !await_arrival())
            return;
        Item* item = coalesce ? &items_.in_turn() : take();
        if (!item)
            return;
        if (paced)
            note_lateness();
        if (plain_)
            issue_plain(*item);
        else
            issue(*item);
        wqlab_resched();
    }
}

// Until the next item is due. False: the run closed before.
bool Issuer::await_arrival()
{
    if (!arrivals_.advance(random_))
        return true;
    const uint64_t due = arrivals_.due_ns();
    // What comes back meanwhile is accounted for at once: a run's records can be read while it waits.
    while (wqlab_now() < due && !control_->closing.is_set()) {
        Kthread::sleep_until(due, [this] { return !returned_.empty() || control_->closing.is_set(); });
        collect();
    }
    return !control_->closing.is_set();
}

void Issuer::note_lateness()
{
    const uint64_t late = arrivals_.lateness_ns(wqlab_now(), WQLAB_LIMIT_LATE_SLACK_NS);
    if (!late)
        return;
    record_.late.add();
    record_.late_max.raise_to(late);
}

void Issuer::issue(Item& item)
{
    const uint64_t before = stamp_if_sampled();
    item.note({before, home_cpu_, next_ticket_++});
    // Modified too late, it is queued twice: only if the budget has both.
    const bool modifies = budget_ >= 2 && random_.percent(spec_->mod_percent);
    uint32_t links = 0;
    if (spec_->mode == WQLAB_MODE_CHAIN)
        links = budget_ - 1 < spec_->links ? static_cast<uint32_t>(budget_ - 1) : spec_->links;
    item.set_links(links);
    item.set_references(modifies ? 2 : 1);

    const bool queued = call(item);
    if (before)
        record_.queue_call.add(Clock::ns_since(before));
    if (!queued) {
        item.withdraw_note();
        record_.refused.add();
        // Only coalescing asks for it. Otherwise the item was ours and idle:
        // keep it, so that it is not lost to the count.
        if (!spec_->coalesce)
            items_.put(item);
        return;
    }
    record_.queued.add();
    budget_ -= 1 + links;

    if (modifies)
        modify(item, before != 0);
    if (random_.percent(spec_->cancel_percent) && item.cancel()) {
        item.withdraw_note();
        record_.cancelled.add();
        budget_ += item.links_left();
        release(item);
        return;
    }
    if (random_.percent(spec_->flush_percent) && item.flush())
        record_.flushed.add();
}

// mod_delayed_work() on an item that may be on its timer, queued, running or
// done. Our reference keeps it from coming back before that is settled.
void Issuer::modify(Item& item, bool timed)
{
    item.note({timed ? Clock::stamp() : 0, home_cpu_, next_ticket_});
    if (item.mod_delayed(queue_->wq(), spec_->delay)) {
        item.withdraw_note();
        record_.modified.add();
        release(item);
        return;
    }
    // It had begun, so it has been queued once more: our reference is that execution's.
    record_.queued.add();
    budget_--;
}

bool Issuer::call(Item& item)
{
    workqueue_struct* wq = queue_->wq();
    switch (spec_->mode) {
    case WQLAB_MODE_DELAYED: return item.queue_delayed(wq, spec_->delay);
    case WQLAB_MODE_RCU: return item.queue_rcu(wq);
    }
    if (spec_->queue_on != IssuerSpec::kAnywhere)
        return queue_->flags() & WQLAB_WQ_BH ? item.queue_on(wq, spec_->queue_on)
                                             : item.queue_bare_on(wq, spec_->queue_on);
    if (spec_->queue_node != IssuerSpec::kAnywhere)
        return item.queue_node(wq, spec_->queue_node);
    return item.queue(wq);
}

void Issuer::release(Item& item)
{
    if (!spec_->coalesce && item.drop_reference())
        items_.put(item);
}

// How many came back. A plain item brings home what its execution was.
inline uint32_t Issuer::collect()
{
    return items_.collect(returned_, [this](const Item& item) {
        if (!plain_)
            return;
        record_.returned.add(item.last_stamp(), item.last_outcome());
        record_.returned_from[item.last_outcome().where.cpu].add();
    });
}

inline bool Issuer::wait_for_free()
{
    bool closing = false;
    while (!collect()) {
        Kthread::sleep_unless([&] { return !returned_.empty() || (closing = control_->closing.is_set()); });
        if (closing)
            return false;
    }
    return true;
}

void Issuer::await_outstanding()
{
    if (spec_->coalesce) {
        settle();
        return;
    }
    // Of a run that aborts nobody waits for a delay to end.
    bool timers = spec_->mode == WQLAB_MODE_DELAYED;
    for (uint32_t out = items_.outstanding(); out -= collect();) {
        Kthread::sleep_until([&] { return !returned_.empty() || (timers && control_->aborting.is_set()); });
        if (timers && control_->aborting.is_set()) {
            timers = false;
            settle();
        }
    }
}

}  // namespace wqlab
