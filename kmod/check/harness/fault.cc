// SPDX-License-Identifier: GPL-2.0
// Each fault is the kernel's functions with a few of them replaced.
#include "fault.hh"

#include "../../core/text.hh"
#include "../../glue/time.h"
#include "../../glue/attributes.h"
#include "../../glue/context.h"
#include "../../glue/work.h"
#include "trial.hh"

namespace wqlab {

namespace {

// Replacements that several faults share. Each is one of kKernelApi's functions told otherwise.
namespace fault {

uint32_t count(Trial& t) { return __atomic_add_fetch(&t.faults().queue_calls, 1, __ATOMIC_RELAXED); }

bool execute_elsewhere(Trial& t, TestItem& item) { return t.faults().threads.execute(item); }

// Does not return while the check looks. It fails nothing by itself: that is for the check to see.
void wait_in_vain(Trial& t, Call call, const char* object)
{
    constexpr uint64_t kLook = 4'000'000;  // ns
    const Calls::Scope in(t.calls(), call, object);
    while (!t.given_up() && !t.ending())
        wqlab_sleep(kLook);
}

// Not until the machine goes down, whatever the trial's end opens.
[[noreturn]] void hang(Trial& t, Call call, const char* object)
{
    const Calls::Scope in(t.calls(), call, object);
    Gate never;
    for (;;)
        never.wait(Event::kForEver);
}

bool queue_every_second(Trial& t, Queue& queue, TestItem& item, int cpu)
{
    return count(t) % 2 == 0 || kernel::queue_on(t, queue, item, cpu);
}

bool queue_behind_next(Trial& t, Queue& queue, TestItem& item, int cpu)
{
    TestItem*& held = t.faults().held;
    if (!held) {
        held = &item;
        return true;
    }
    const bool result = kernel::queue_on(t, queue, item, cpu);
    kernel::queue_on(t, *held->queue(), *held, cpu);
    held = nullptr;
    return result;
}

uint32_t other_cpu(Trial& t, int cpu) { return t.other_cpu(cpu < 0 ? wqlab_this_cpu() : static_cast<uint32_t>(cpu)); }

bool is_ordered(const Shape& shape) { return shape.flags & WQLAB_WQ_ORDERED; }

void allow_one_more(Shape& shape)
{
    shape.max_active += shape.max_active ? 1 : 0;
    if (is_ordered(shape)) {
        shape.flags = (shape.flags & ~uint32_t{WQLAB_WQ_ORDERED}) | WQLAB_WQ_UNBOUND;
        shape.max_active = 2;
    }
}

void miscount(Snapshot& snapshot)
{
    for (wqlab_snap_pool& pool : snapshot.pools) {
        pool.nr_idle++;
        pool.nr_workers++;
        pool.raw_flags ^= ~0u;
        pool.flags ^= WQLAB_POOL_DISASSOCIATED;
    }
    uint64_t odd = 0;
    for (wqlab_snap_pwq& pwq : snapshot.pwqs) {
        pwq.nr_active++;
        for (auto& stat : pwq.stats)
            stat += ++odd;
    }
    for (wqlab_snap_workqueue& workqueue : snapshot.workqueues) {
        workqueue.rescuer_pid++;
        workqueue.max_active--;
    }
    for (wqlab_snap_node_active& node : snapshot.node_active)
        node.max--;
    for (wqlab_snap_pod& pod : snapshot.pods)
        pod.cpus = WQLAB_NONE;
}

void note_another_worker(Trial& t, TestItem&, Execution& noted)
{
    noted.cpu = t.other_cpu(noted.cpu);
    noted.cpus = ~noted.cpus;
    noted.pid = static_cast<int32_t>(t.ticket());
    noted.nice++;
    noted.softirq = !noted.softirq;
    noted.command[0] = 'x';
}

}  // namespace fault

struct Row {
    const char* name;
    Api api;
};

template <typename Change>
constexpr Row row(const char* name, Change change)
{
    Row made = {name, kKernelApi};
    change(made.api);
    return made;
}

// What others than these functions are asked: Trial::has_fault().
constexpr auto kNothing = [](Api&) {};

// In the order of enum class Fault.
constexpr Row kRows[] = {
    row("none", kNothing),
    row("queue-loses",
        [](Api& api) {
            api.queue_on = fault::queue_every_second;
            api.queue_delayed = [](Trial&, Queue&, TestItem&, int, uint64_t) { return true; };
            api.queue_rcu = [](Trial&, Queue&, TestItem&) { return true; };
        }),
    row("queue-lies",
        [](Api& api) {
            api.queue_on = [](Trial& t, Queue& queue, TestItem& item, int cpu) {
                return !kernel::queue_on(t, queue, item, cpu);
            };
            api.queue_node = [](Trial& t, Queue& queue, TestItem& item, int node) {
                return !kernel::queue_node(t, queue, item, node);
            };
            api.queue_delayed = [](Trial& t, Queue& queue, TestItem& item, int cpu, uint64_t jiffies) {
                return !kernel::queue_delayed(t, queue, item, cpu, jiffies);
            };
            api.mod_delayed = [](Trial& t, Queue& queue, TestItem& item, int cpu, uint64_t jiffies) {
                return !kernel::mod_delayed(t, queue, item, cpu, jiffies);
            };
            api.queue_rcu = [](Trial& t, Queue& queue, TestItem& item) { return !kernel::queue_rcu(t, queue, item); };
        }),
    row("queue-twice",
        [](Api& api) {
            api.queue_on = [](Trial& t, Queue& queue, TestItem& item, int cpu) {
                fault::execute_elsewhere(t, item);
                return kernel::queue_on(t, queue, item, cpu);
            };
        }),
    row("queue-elsewhere",
        [](Api& api) {
            api.queue_on = [](Trial& t, Queue& queue, TestItem& item, int cpu) {
                return fault::execute_elsewhere(t, item) || kernel::queue_on(t, queue, item, cpu);
            };
            api.queue_node = [](Trial& t, Queue& queue, TestItem& item, int node) {
                return fault::execute_elsewhere(t, item) || kernel::queue_node(t, queue, item, node);
            };
            api.queue_delayed = [](Trial& t, Queue& queue, TestItem& item, int cpu, uint64_t jiffies) {
                return fault::execute_elsewhere(t, item) || kernel::queue_delayed(t, queue, item, cpu, jiffies);
            };
        }),
    row("queue-other-cpu",
        [](Api& api) {
            api.queue_on = [](Trial& t, Queue& queue, TestItem& item, int cpu) {
                return kernel::queue_on(t, queue, item, static_cast<int>(fault::other_cpu(t, cpu)));
            };
            api.queue_node = [](Trial& t, Queue& queue, TestItem& item, int node) {
                return kernel::queue_node(t, queue, item, node > 0 ? 0 : 1);
            };
            api.queue_delayed = [](Trial& t, Queue& queue, TestItem& item, int cpu, uint64_t jiffies) {
                return kernel::queue_delayed(t, queue, item, static_cast<int>(fault::other_cpu(t, cpu)), jiffies);
            };
            api.mod_delayed = [](Trial& t, Queue& queue, TestItem& item, int cpu, uint64_t jiffies) {
                return kernel::mod_delayed(t, queue, item, static_cast<int>(fault::other_cpu(t, cpu)), jiffies);
            };
        }),
    row("queue-reorders", [](Api& api) { api.queue_on = fault::queue_behind_next; }),
    row("flush-returns-early",
        [](Api& api) {
            api.flush_work = [](Trial&, TestItem&) { return true; };
            api.flush_workqueue = api.drain = [](Trial&, Queue&) {};
            // It is left to the trial's end.
            api.destroy = [](Trial&, Queue&) {};
        }),
    row("flush-never-returns",
        [](Api& api) {
            api.flush_work = [](Trial& t, TestItem& item) {
                const bool waited = kernel::flush_work(t, item);
                fault::wait_in_vain(t, Call::kFlushWork, item.name());
                return waited;
            };
            api.flush_workqueue = [](Trial& t, Queue& queue) {
                kernel::flush_workqueue(t, queue);
                fault::wait_in_vain(t, Call::kFlushWorkqueue, queue.name());
            };
            api.drain = [](Trial& t, Queue& queue) {
                kernel::drain(t, queue);
                fault::wait_in_vain(t, Call::kDrainWorkqueue, queue.name());
            };
        }),
    row("flush-hangs",
        [](Api& api) {
            api.flush_work = [](Trial& t, TestItem& item) -> bool { fault::hang(t, Call::kFlushWork, item.name()); };
            api.flush_workqueue = [](Trial& t, Queue& queue) { fault::hang(t, Call::kFlushWorkqueue, queue.name()); };
        }),
    row("drain-hangs",
        [](Api& api) {
            api.drain = [](Trial& t, Queue& queue) { fault::hang(t, Call::kDrainWorkqueue, queue.name()); };
            api.destroy = [](Trial& t, Queue& queue) { fault::hang(t, Call::kDestroyWorkqueue, queue.name()); };
        }),
    row("flush-lies",
        [](Api& api) { api.flush_work = [](Trial& t, TestItem& item) { return !kernel::flush_work(t, item); }; }),
    row("cancel-lies",
        [](Api& api) {
            api.cancel = [](Trial& t, TestItem& item) { return !kernel::cancel(t, item); };
            api.cancel_sync = [](Trial& t, TestItem& item) { return !kernel::cancel_sync(t, item); };
            api.disable = [](Trial& t, TestItem& item, bool sync) { return !kernel::disable(t, item, sync); };
        }),
    row("cancel-hangs",
        [](Api& api) {
            api.cancel_sync = [](Trial& t, TestItem& item) -> bool { fault::hang(t, Call::kCancelSync, item.name()); };
        }),
    row("cancel-does-nothing", [](Api& api) { api.cancel = api.cancel_sync = [](Trial&, TestItem&) { return true; }; }),
    row("sync-does-not-wait",
        [](Api& api) {
            api.cancel_sync = kernel::cancel;
            api.disable = [](Trial& t, TestItem& item, bool) { return kernel::disable(t, item, false); };
        }),
    row("delay-early",
        [](Api& api) {
            api.queue_delayed = [](Trial& t, Queue& queue, TestItem& item, int cpu, uint64_t) {
                return kernel::queue_delayed(t, queue, item, cpu, 0);
            };
            api.mod_delayed = [](Trial& t, Queue& queue, TestItem& item, int cpu, uint64_t) {
                return kernel::mod_delayed(t, queue, item, cpu, 0);
            };
            api.queue_rcu = [](Trial& t, Queue& queue, TestItem& item) {
                return fault::execute_elsewhere(t, item) || kernel::queue_rcu(t, queue, item);
            };
        }),
    row("delay-ignored",
        [](Api& api) { api.mod_delayed = [](Trial&, Queue&, TestItem&, int, uint64_t) { return true; }; }),
    // Nor does enabling: the kernel would warn of what nobody has disabled.
    row("disable-does-nothing",
        [](Api& api) {
            api.disable = [](Trial&, TestItem&, bool) { return false; };
            api.enable = [](Trial&, TestItem&) { return true; };
        }),
    row("enable-does-nothing",
        [](Api& api) {
            api.enable = [](Trial&, TestItem&) { return true; };
            api.enable_and_queue = [](Trial&, Queue&, TestItem&) { return true; };
        }),
    row("busy-lies",
        [](Api& api) {
            api.pending = [](Trial& t, TestItem& item) { return !kernel::pending(t, item); };
            api.busy = [](Trial& t, TestItem& item) { return kernel::busy(t, item) ^ WQLAB_BUSY_RUNNING; };
            api.congested = [](Trial& t, Queue& queue, int cpu) { return !kernel::congested(t, queue, cpu); };
        }),
    row("limit-ignored",
        [](Api& api) {
            api.shape = fault::allow_one_more;
            api.set_max_active = [](Trial&, Queue&, int) {};
        }),
    row("attributes-ignored", [](Api& api) { api.apply = [](Trial&, Queue&, const wqlab_attributes&) { return 0; }; }),
    row("step-ignored", [](Api& api) { api.write = [](Trial&, const char*, const char*) { return 0; }; }),
    row("step-lies",
        [](Api& api) {
            api.write = [](Trial& t, const char* path, const char* text) {
                return kernel::write(t, path, text) ? 0 : number(Errno::kInvalid);
            };
            api.read = [](Trial& t, uint32_t kind, const char* path) {
                const int error = kernel::read(t, kind, path);
                t.set_text("lies\n");
                return error;
            };
        }),
    row("snapshot-lies", [](Api& api) { api.snapshot = fault::miscount; }),
    row("result-lies", kNothing),
    row("worker-lies", [](Api& api) { api.execution = fault::note_another_worker; }),
    row("memory-lies",
        [](Api& api) {
            api.execution = [](Trial&, TestItem& item, Execution& noted) { noted.payload = item.payload_before(); };
        }),
    row("trace-lies", kNothing),
    row("trace-fields-lie", kNothing),
    row("log-is-silent", kNothing),
    row("context-lies", kNothing),
};
static_assert(sizeof(kRows) / sizeof(kRows[0]) == static_cast<size_t>(Fault::kCount));

}  // namespace

const char* fault_name(Fault fault) { return kRows[static_cast<size_t>(fault)].name; }

Fault fault_named(const char* name)
{
    uint32_t i = 0;
    while (i < static_cast<uint32_t>(Fault::kCount) && !same_text(kRows[i].name, name))
        i++;
    return static_cast<Fault>(i);
}

const Api& api_of(Fault fault) { return kRows[static_cast<size_t>(fault)].api; }

}  // namespace wqlab
