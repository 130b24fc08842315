// SPDX-License-Identifier: GPL-2.0
#include "trial_thread.hh"

#include "../../core/check_bounds.hh"
#include "../../core/patience.hh"
#include "../../glue/time.h"
#include "company.hh"

namespace wqlab {

Result<void> TrialThread::create(const Warnings* warnings)
{
    warnings_ = warnings;
    if (!warnings)
        trial_.note("the kernel's log can't be watched here: if its workqueue code warns, that is not seen");
    TRY(trial_.create());
    TRY(witness_.create<&TrialThread::describe>(*this, "wqlab_witness"));
    TRY(companion_.create<&TrialThread::keep_company>(*this, "wqlab_company"));
    thread_ = TRY(Kthread::create<&TrialThread::main>(*this, Kthread::kAnyCpu, "wqlab_check"));
    return {};
}

void TrialThread::main()
{
    const uint32_t ours = warnings_ ? warnings_->ours() : 0, all = warnings_ ? warnings_->all() : 0;
    if (!trial_.skip_without(check_.needs))
        check_.run(trial_);
    __atomic_store_n(&is_ending_, true, __ATOMIC_RELEASE);
    trial_.end();
    if (warnings_)
        judge_warnings(warnings_->ours() - ours, warnings_->all() - all);
    __atomic_store_n(&finished_, true, __ATOMIC_RELEASE);
    turn_.signal();
}

void TrialThread::judge_warnings(uint32_t ours, uint32_t all)
{
    if (!trial_.has_fault(Fault::kNone) || promise().classes & WQLAB_CHECK_NEGATIVE)
        return;
    if (ours)
        trial_.fail_hard("the kernel's workqueue code warned %u times, see the kernel's log", ours);
    // One may have come of what came before, too, and end only now.
    if (all > ours)
        trial_.note("the kernel's workqueue code warned %u times, perhaps of somebody else's, see the kernel's log",
                    all - ours);
}

void TrialThread::fail_where_it_hangs()
{
    Calls::Group groups[Calls::kGroups];
    const uint32_t n = trial_.calls().look(groups);
    if (n)
        trial_.fail_hard("%s of %s does not return", call_name(groups[0].call), groups[0].object);
    else
        trial_.fail_hard("it does not end");
    note({groups, n});
}

void TrialThread::note_where_it_hangs()
{
    Calls::Group groups[Calls::kGroups];
    note({groups, trial_.calls().look(groups)});
}

void TrialThread::note(Span<const Calls::Group> groups)
{
    for (const Calls::Group& group : groups)
        trial_.note("threads in %s of %s: %u", call_name(group.call), group.object, group.threads);
}

void TrialThread::call_for_help()
{
    witness_.start();
    companion_.start();
}

// Of the thread companion_: making workqueues may hang, and so may ending them.
void TrialThread::keep_company()
{
    constexpr uint32_t kMost = 64;  // workqueues; no check has as many
    constexpr uint64_t kPause = 100'000'000;
    Result<Array<Company>> created = Array<Company>::create(kMost);
    if (!created.ok())
        return;
    Array<Company> companies = created.take();
    uint32_t n = 0;
    for (const Queue* queue = trial_.first_queue(); queue && n < kMost && !finished(); queue = queue->next())
        n += companies[n].create(*queue);
    Patience patience(check_bounds::kGrace, wqlab_now());
    while (!finished() && !patience.spend(wqlab_now(), 3 * kPause)) {
        for (uint32_t i = 0; i < n; i++)
            companies[i].come();
        wqlab_sleep(kPause);
    }
}

void TrialThread::leave()
{
    witness_.leave();
    companion_.leave();
    thread_.leave();
}

}  // namespace wqlab
