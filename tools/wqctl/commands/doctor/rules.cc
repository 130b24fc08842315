// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/rules.hh"

#include <algorithm>
#include <array>

namespace wqctl {

std::span<const Rule> rules()
{
    static constexpr std::array kRules = {
        Rule{"circle", "An item waits for one that cannot run or end before it has ended",
             "Each waits for the next and the last for the first: by flushes, drains, or max_active that holds back "
             "what is waited for",
             "Take the flush out of the item, or put one of the two on another workqueue",
             "__flush_work(), insert_wq_barrier()"},
        Rule{"counts-a-sleeper", "A pool counts a worker that sleeps as running, and so wakes nobody",
             "nr_running is not 0, all busy workers of the pool sleep, items wait and idle workers are there",
             "Find why that task sleeps without wq_worker_sleeping(): preempted on its way to sleep, or not "
             "PF_WQ_WORKER",
             "wq_worker_sleeping(), kick_pool()"},
        Rule{"hung-pool", "Items wait on a pool that has begun none for 10 s or more",
             "No progress, and none of the other rules explains it",
             "The finding says what there is to see; stacks of the workers say more",
             "show_one_worker_pool(), wq_watchdog_timer_fn()"},
        Rule{"freeze", "A freezable workqueue keeps the machine from suspending",
             "Freezing fails with wq_busy=1, and an item of a freezable workqueue does not end",
             "End the item before the freeze, or take WQ_FREEZABLE from its workqueue", "freeze_workqueues_busy()"},
        Rule{"crowd", "Many workers are in one function and stay there; the one that is elsewhere is named",
             "8 or more workers at the same function, for 10 s or more",
             "Look for the lock or the device that they wait for", "show_pwq()"},
        Rule{"held-back", "max_active is used up by items that do not end",
             "All that is active stays, and items are held back behind it",
             "See what the active ones wait for; a larger max_active helps only if those behind do not depend on them",
             "pwq_tryinc_nr_active()"},
        Rule{"ordered", "The head of an ordered workqueue does not end, and those behind it wait",
             "One item is executed and stays, all others of that workqueue are held back",
             "See what the head waits for; what need not be in this order belongs on another workqueue",
             "pwq_tryinc_nr_active(), alloc_ordered_workqueue()"},
        Rule{"held-by-nothing", "Items are held back although none of their workqueue is active",
             "Inactive items stay, nr_active is 0, and the workqueue is not frozen",
             "None but an item that is queued "
             "after them; it is a fault of the kernel",
             "pwq_dec_nr_active(), node_activate_pending_pwq()"},
        Rule{"plugged", "An ordered workqueue was moved to another pool and is held there",
             "The new pool_workqueue is plugged: items of before the change have not ended, or nobody unplugs it",
             "See what the old item waits for; change attributes of ordered workqueues at rest", "unplug_oldest_pwq()"},
        Rule{"timer", "A delayed item is long due, or its timer is on a CPU that is away",
             "The time of the timer is past, or the CPU whose timer wheel it is on is offline",
             "Name no CPU for delayed items, or set them anew when it goes; see what keeps the CPU from its timers",
             "queue_delayed_work_on(), delayed_work_timer_fn()"},
        Rule{"unfinished", "A drain or the end of a workqueue meets items that go on",
             "A task is in drain_workqueue() or destroy_workqueue(), and items go on or queue themselves",
             "Cancel the items, and stop whoever queues them, before", "drain_workqueue(), destroy_workqueue()"},
        Rule{
            "flush-dependency", "A workqueue that memory reclaim needs waits for one without a rescuer",
            "An item of a WQ_MEM_RECLAIM workqueue waits for one of a workqueue without that flag",
            "Give the flushed workqueue WQ_MEM_RECLAIM if reclaim needs it, else take the flag from the one that waits",
            "check_flush_dependency()"},
        Rule{"hung-task", "A task or an item has slept for longer than the hung-task detector allows",
             "A task waits in a flush or an item sleeps, and stays", "See what the item that is waited for waits for",
             "check_hung_task(), __flush_work()"},
        Rule{"hog", "A function keeps a CPU for too long, and per-CPU items behind it wait",
             "A worker is on a CPU and stays at its item",
             "WQ_UNBOUND or WQ_CPU_INTENSIVE, cond_resched(), or shorter items", "wq_cpu_intensive_report()"},
    };
    return kRules;
}

const Rule& rule_named(std::string_view name) { return *std::ranges::find(rules(), name, &Rule::name); }

}  // namespace wqctl
