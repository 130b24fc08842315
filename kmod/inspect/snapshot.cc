// SPDX-License-Identifier: GPL-2.0
// One snapshot from the first lock to the last name.
#include "snapshot.hh"

#include "hogs.hh"
#include "scopes.hh"
#include "walk_state.hh"

namespace wqlab {

void Trouble::describe(Text& out) const
{
    static constexpr const char* kWhere[] = {"pools",
                                             "workqueues",
                                             "pwqs of workqueue",
                                             "flushers of workqueue",
                                             "maydays of workqueue",
                                             "pwqs that wait for max_active of workqueue",
                                             "worklist of pool",
                                             "workers of pool",
                                             "inactive items of pool",
                                             "timers of CPU",
                                             "pods of scope",
                                             "pool"};
    static constexpr const char* kWhy[] = {
        ": an entry can't be read or does not point back; the walk stopped there",
        ": more than the limit; the rest is missing", ": an entry is not what it should be; the walk stopped there",
        ": it changed each time that it was read; what is shown of it may not fit together",
        ": somebody holds wq->mutex and does not let go; they and its flushers are missing"};
    out.add(kWhere[static_cast<size_t>(where)]);
    if (id >= 0)
        out.add(" ").add(static_cast<uint32_t>(id));
    out.add(kWhy[static_cast<size_t>(why)]);
}

Result<void> Snapshot::take_head(const Kernel& kernel)
{
    masks.set_cpus(kernel.nr_cpus());
    head.time_ns = kernel.now_ns();
    head.longest_hold_pool = -1;
    head.nr_cpu_ids = kernel.nr_cpus();
    head.mask_words = masks.words_each();
    head.hz = kernel.hz();
    head.unbound_cpus = head.requested_cpus = head.isolated_cpus = WQLAB_NONE;
    head.shard_size = head.watchdog_thresh = WQLAB_NONE;
    head.possible_cpus = TRY(masks.add(kernel, kernel[Symbol::kPossibleCpus]));
    head.online_cpus = TRY(masks.add(kernel, kernel[Symbol::kOnlineCpus]));
    // A kernel of which no symbol can be found has nothing to show, which is no error: info says what it lacks.
    if (head.possible_cpus == WQLAB_NONE && sections)
        return Errno::kInvalid;

    if constexpr (!Target::kLocked)
        head.flags |= WQLAB_STATE_UNLOCKED;
    // Bytes and not bools, which any other value would not be.
    uint8_t set = 0;
    if (kernel.read(set, Symbol::kFreezing) && set)
        head.flags |= WQLAB_STATE_FREEZING;
    if (kernel.read(set, Symbol::kForceRr) && set)
        head.flags |= WQLAB_STATE_FORCE_RR;
    if (kernel.read(set, Symbol::kPmFreezing) && set)
        head.flags |= WQLAB_STATE_PM_FREEZING;
    // A static key, which begins with how often it was switched on.
    uint32_t times;
    if (kernel.read(times, Symbol::kFreezerActive) && times)
        head.flags |= WQLAB_STATE_FREEZER_ACTIVE;
    kernel.read(head.cpu_intensive_thresh_us, Symbol::kCpuIntensiveThresh);
    uint64_t thresh;
    if (kernel.read(thresh, Symbol::kWatchdogThresh))
        head.watchdog_thresh = static_cast<uint32_t>(thresh);
    return {};
}

Result<void> Snapshot::take(const Kernel& kernel, uint32_t wanted)
{
    sections = kernel.available(wanted);
    TRY(troubles.create());
    TRY(take_head(kernel));
    if (sections & (view::kMachine | view::kScopes | view::kTasks))
        TRY(take_machine(kernel));
    if (sections & WQLAB_SECTION_HOGS)
        TRY(copy_hogs(kernel, *this));
    head.took_ns = kernel.now_ns() - head.time_ns;
    return {};
}

Result<void> Snapshot::take_machine(const Kernel& kernel)
{
    WalkState state;
    if (sections & (view::kMachine | view::kScopes)) {
        uint64_t patience_ns = kPatienceNs;
        const MutexTry hold(kernel.target(), kernel[Symbol::kPoolMutex], patience_ns);
        if (!hold.held())
            return Errno::kBusy;
        if (sections & WQLAB_SECTION_SCOPES)
            TRY(copy_scopes(kernel, *this));
        if (sections & view::kMachine) {
            TRY(gather_pools(kernel, *this, state));
            TRY(gather_workqueues(kernel, *this, state));
            TRY(copy_pools(kernel, *this, state));
        }
        if (sections & WQLAB_SECTION_TIMERS)
            TRY(copy_timers(kernel, *this, state));
    }
    // CPU hotplug waits for that mutex, and names take long.
    if (sections & view::kTasks)
        TRY(copy_cpus(kernel, *this, state));
    return resolve(kernel, *this, state);
}

}  // namespace wqlab
