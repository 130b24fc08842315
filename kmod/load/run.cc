// SPDX-License-Identifier: GPL-2.0
#include "run.hh"

#include "../core/text.hh"
#include "../glue/cpu.h"
#include "../glue/time.h"
#include "validate.hh"

namespace wqlab {

static constexpr uint64_t kProgressInterval = 200'000'000;

Run::Run(uint32_t id, uint32_t owner, RunSpec&& spec, Listener on_change)
    : id_(id), owner_(owner), spec_(std::move(spec)), on_change_(on_change), memory_(memory_of(spec_))
{
    control_.sample = spec_.sample;
}

Run::~Run()
{
    end(WQLAB_END_STOP);
    conductor_.join();
    // If the conductor never ran, the issuers are still waiting.
    close();
}

Result<void> Run::create()
{
    queues_ = TRY(Array<LoadedQueue>::create(spec_.workqueues.size()));
    for (uint32_t i = 0; i < queues_.size(); i++)
        TRY(queues_[i].create(spec_.workqueues[i], id_));
    TRY(create_issuers());

    char name[16];
    Text(name).add("wqlab/").add(id_);
    conductor_ = TRY((Kthread::create<&Run::conduct>(*this, Kthread::kAnyCpu, name)));
    if (!spec_.held)
        begin();
    conductor_.wake();
    return {};
}

Result<void> Run::create_issuers()
{
    uint32_t threads = 0;
    for (const IssuerSpec& spec : spec_.issuers)
        threads += spec.threads;
    issuers_ = TRY(Array<Issuer>::create(threads));

    Random random(spec_.seed);
    uint32_t next = 0, online = UINT32_MAX;
    for (const IssuerSpec& spec : spec_.issuers) {
        for (uint32_t i = 0; i < spec.threads; i++, next++) {
            online = wqlab_next_online_cpu(online);
            const uint32_t cpu = spec.cpus.empty() ? online : spec.cpus[i % spec.cpus.size()];
            // Shares of the items that differ by one at most: no issuer needs
            // to ask the others what is left.
            uint64_t budget = UINT64_MAX;
            if (spec_.items)
                budget = spec_.items / threads + (next < spec_.items % threads);
            char name[16];
            Text(name).add("wqlab/").add(id_).add(".").add(next);
            TRY(issuers_[next].create(control_, queues_[spec.workqueue], spec, budget, cpu, random.next(), name));
        }
    }
    return {};
}

void Run::begin()
{
    begun_.set();
    control_.changed.signal();
}

void Run::end(wqlab_end_reason reason)
{
    uint32_t none = WQLAB_END_NONE;
    __atomic_compare_exchange_n(&end_reason_, &none, static_cast<uint32_t>(reason), false, __ATOMIC_RELEASE,
                                __ATOMIC_RELAXED);
    control_.changed.signal();
}

wqlab_end_reason Run::end_reason() const
{
    return static_cast<wqlab_end_reason>(__atomic_load_n(&end_reason_, __ATOMIC_ACQUIRE));
}

wqlab_run_state Run::state() const
{
    if (ended())
        return WQLAB_RUN_ENDED;
    if (control_.closing.is_set())
        return WQLAB_RUN_DRAINING;
    return begun_.is_set() ? WQLAB_RUN_RUNNING : WQLAB_RUN_HELD;
}

uint64_t Run::elapsed() const
{
    const uint64_t begun = control_.begun_ns.get();
    if (!begun)
        return 0;
    // The clock is not read before what it is compared with: reading it begins with a load, and arm64 reads the counter
    // when that one is there.
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return (ended() ? ended_ns_.get() : wqlab_now()) - begun;
}

RunTotals Run::totals() const
{
    RunTotals totals;
    // While it runs, a moment's sums are near each other, not equal.
    for (const LoadedQueue& queue : queues_)
        for (uint32_t cpu = 0; cpu < queue.cpus(); cpu++)
            totals.executed += queue.on(cpu).executions.executed.get();
    for (const LoadedQueue& queue : queues_)
        for (uint32_t cpu = 0; cpu < queue.cpus(); cpu++)
            totals.queued += queue.on(cpu).requeued.get();
    for (const Issuer& issuer : issuers_) {
        totals.executed += issuer.record().returned.executed.get();
        totals.cancelled += issuer.record().cancelled.get();
        totals.queued += issuer.record().queued.get();
        totals.refused += issuer.record().refused.get();
    }
    return totals;
}

// The conductor's thread.
void Run::conduct()
{
    await_begin();
    if (end_reason() == WQLAB_END_NONE) {
        control_.begun_ns.set(wqlab_now());
        for (Issuer& issuer : issuers_)
            issuer.wake();
        await_issuers();
    }
    close();
    ended_ns_.set(wqlab_now());
    // Every item is back, but its function may not have returned.
    for (Issuer& issuer : issuers_)
        issuer.settle();
    for (LoadedQueue& queue : queues_)
        queue.retire();
    end(WQLAB_END_ITEMS);
    ended_.set();
    on_change_(*this);
}

void Run::await_begin()
{
    while (!begun_.is_set() && end_reason() == WQLAB_END_NONE)
        control_.changed.wait();
}

void Run::await_issuers()
{
    const uint64_t begun = control_.begun_ns.get();
    const uint64_t deadline = spec_.duration ? begun + spec_.duration : UINT64_MAX;
    uint64_t progress_due = begun + kProgressInterval;

    while (!issuers_finished()) {
        const uint64_t now = wqlab_now();
        if (now >= deadline && end_reason() == WQLAB_END_NONE)
            end(WQLAB_END_DURATION);
        if (end_reason() != WQLAB_END_NONE)
            close();
        if (end_reason() > WQLAB_END_DURATION || (now >= deadline && now - deadline >= WQLAB_LIMIT_DRAIN_GRACE_NS))
            abort();
        if (now >= progress_due) {
            on_change_(*this);
            progress_due = now + kProgressInterval;
        }
        const uint64_t next = control_.closing.is_set() || progress_due < deadline ? progress_due : deadline;
        if (next > now)
            control_.changed.wait(next - now);
    }
}

void Run::abort()
{
    if (control_.aborting.is_set())
        return;
    control_.aborting.set();
    for (Issuer& issuer : issuers_)
        issuer.wake();
}

void Run::close()
{
    if (control_.closing.is_set())
        return;
    control_.closing.set();
    for (Issuer& issuer : issuers_)
        issuer.wake();
}

bool Run::issuers_finished() const
{
    for (const Issuer& issuer : issuers_)
        if (!issuer.finished())
            return false;
    return true;
}

}  // namespace wqlab
