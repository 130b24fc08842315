// SPDX-License-Identifier: GPL-2.0
#include "snapshot.hh"

#include "../glue/cpu.h"
#include "../glue/inspect.h"
#include "../glue/time.h"
#include "cpumask.hh"
#include "hogs.hh"
#include "machine.hh"
#include "scopes.hh"
#include "timers.hh"
#include "walk.hh"

namespace wqlab {

void Trouble::describe(Text& out) const
{
    static constexpr const char* kWhere[] = {"pools", "workqueues", "pwqs of workqueue", "flushers of workqueue",
                                             "maydays of workqueue", "worklist of pool", "workers of pool",
                                             "inactive items of pool", "timers of CPU", "pods of scope"};
    static constexpr const char* kWhy[] = {": an entry can't be read or does not point back; the walk stopped there",
                                           ": more than the limit; the rest is missing",
                                           ": an entry is not what it should be; the walk stopped there"};
    out.add(kWhere[static_cast<size_t>(where)]);
    if (id >= 0)
        out.add(" ").add(static_cast<uint32_t>(id));
    out.add(kWhy[static_cast<size_t>(why)]);
}

Result<void> Snapshot::take_head(const Kernel& kernel)
{
    head.time_ns = wqlab_now();
    head.longest_hold_pool = -1;
    head.nr_cpu_ids = wqlab_nr_cpus();
    head.mask_words = masks.words_each();
    head.hz = wqlab_hz();
    head.unbound_cpus = head.requested_cpus = head.isolated_cpus = WQLAB_NONE;
    head.shard_size = head.watchdog_thresh = WQLAB_NONE;
    head.possible_cpus = TRY(masks.add(wqlab_possible_cpus()));
    head.online_cpus = TRY(masks.add(wqlab_online_cpus()));
    if (head.possible_cpus == WQLAB_NONE)
        return Errno::kInvalid;

    bool set = false;
    if (kernel.has(Symbol::kFreezing) && wqlab_peek(&set, kernel[Symbol::kFreezing], sizeof(set)) && set)
        head.flags |= WQLAB_STATE_FREEZING;
    if (kernel.has(Symbol::kForceRr) && wqlab_peek(&set, kernel[Symbol::kForceRr], sizeof(set)) && set)
        head.flags |= WQLAB_STATE_FORCE_RR;
    if (kernel.has(Symbol::kCpuIntensiveThresh))
        wqlab_peek(&head.cpu_intensive_thresh_us, kernel[Symbol::kCpuIntensiveThresh], sizeof(uint64_t));
    uint64_t thresh;
    if (kernel.has(Symbol::kWatchdogThresh) && wqlab_peek(&thresh, kernel[Symbol::kWatchdogThresh], sizeof(thresh)))
        head.watchdog_thresh = static_cast<uint32_t>(thresh);
    return {};
}

Result<void> Snapshot::take(const Kernel& kernel, uint32_t wanted)
{
    const uint64_t began = wqlab_now();
    sections = kernel.available(wanted);
    TRY(troubles.create());
    TRY(take_head(kernel));
    if (sections & (WQLAB_SECTIONS_ALL & ~WQLAB_SECTION_HOGS)) {
        Machine machine;
        const MutexHold hold(kernel[Symbol::kPoolMutex]);
        if (sections & WQLAB_SECTION_SCOPES)
            TRY(copy_scopes(kernel, *this));
        if (sections & view::kMachine) {
            TRY(gather_pools(kernel, *this, machine));
            TRY(gather_workqueues(kernel, *this, machine));
            TRY(copy_pools(kernel, *this, machine));
            if (sections & WQLAB_SECTION_TIMERS)
                TRY(copy_timers(kernel, machine.workqueue_numbers, *this));
            TRY(resolve(*this, machine));
        }
    }
    if (sections & WQLAB_SECTION_HOGS)
        TRY(copy_hogs(kernel, *this));
    head.took_ns = wqlab_now() - began;
    return {};
}

}  // namespace wqlab
