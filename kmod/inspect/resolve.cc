// SPDX-License-Identifier: GPL-2.0
// Addresses become numbers and names, when no lock of a pool is held any more.
#include "../glue/inspect.h"
#include "machine.hh"

namespace wqlab {

namespace {

Result<uint32_t> name(Snapshot& snapshot, const char* text)
{
    if (!text[0])
        return WQLAB_NONE;
    return snapshot.strings.add(text);
}

uint32_t workqueue_of(const Snapshot& snapshot, uint32_t pwq)
{
    return pwq == WQLAB_NONE ? WQLAB_NONE : snapshot.pwqs[pwq].workqueue;
}

Result<void> resolve_worker(Snapshot& snapshot, Machine& machine, uint32_t i)
{
    wqlab_snap_worker& row = snapshot.workers[i];
    const WorkerAt& at = machine.workers[i];
    row.work = at.work ? wqlab_identity(at.work) : 0;
    row.function = TRY(snapshot.strings.symbol(at.function));
    row.pwq = machine.pwq_numbers.get(at.pwq);
    row.workqueue = workqueue_of(snapshot, row.pwq);
    if (at.rescue_wq)
        row.workqueue = machine.workqueue_numbers.get(at.rescue_wq);
    row.description = TRY(name(snapshot, at.description));
    row.command = TRY(name(snapshot, at.command));
    if (row.cpus != WQLAB_NONE)
        row.cpus = TRY(snapshot.masks.add(reinterpret_cast<Address>(&machine.worker_cpus[i * snapshot.masks.words_each()])));
    return {};
}

Result<void> resolve_work(Snapshot& snapshot, Machine& machine, uint32_t i)
{
    wqlab_snap_work& row = snapshot.works[i];
    const WorkAt& at = machine.works[i];
    row.identity = wqlab_identity(at.work);
    row.barrier_target = at.barrier_target ? wqlab_identity(at.barrier_target) : 0;
    row.function = TRY(snapshot.strings.symbol(at.function));
    row.pwq = machine.pwq_numbers.get(at.pwq);
    row.workqueue = workqueue_of(snapshot, row.pwq);
    row.waiter_command = TRY(name(snapshot, at.waiter));
    return {};
}

}  // namespace

Result<void> resolve(Snapshot& snapshot, Machine& machine)
{
    static_assert(AddressMap::kNone == WQLAB_NONE);
    for (uint32_t i = 0; i < snapshot.workers.size(); i++)
        TRY(resolve_worker(snapshot, machine, i));
    for (uint32_t i = 0; i < snapshot.works.size(); i++)
        TRY(resolve_work(snapshot, machine, i));
    for (uint32_t i = 0; i < snapshot.flushers.size(); i++)
        snapshot.flushers[i].command = TRY(name(snapshot, machine.flushers[i].waiter));
    for (uint32_t i = 0; i < snapshot.pwqs.size(); i++)
        snapshot.pwqs[i].identity = wqlab_hash(machine.pwqs[i]);
    return {};
}

}  // namespace wqlab
