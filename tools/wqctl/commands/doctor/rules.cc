// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/rules.hh"

#include <algorithm>
#include <array>

namespace wqctl {

std::span<const Rule> rules()
{
    static constexpr std::array kRules = {
        Rule{"circle", "An item waits for one that cannot run or end before it has ended",
             "Each waits for the next and the last for the first, by flushes, drains, or a max_active that holds back "
             "what is waited for; also an item that flushes itself or its own workqueue",
             "Take the flush out of the item, or put one of the two on another workqueue",
             "__flush_work(), __flush_workqueue(), insert_wq_barrier()"},
        Rule{"counts-a-sleeper", "A pool counts a worker that sleeps as running, and so wakes nobody",
             "nr_running is not 0, all that it counts sleep, and items wait while workers are idle",
             "Find why that task sleeps without wq_worker_sleeping(): a lost PF_WQ_WORKER, or a fault of the kernel",
             "wq_worker_sleeping(), kick_pool()"},
        Rule{"cpu-taken", "A worker could run, and another task has its CPU",
             "The worker is runnable in both looks and never on a CPU; a real-time task, a poller, interrupts or the "
             "hypervisor have it; its pool begins nothing, or less ends than waits",
             "Keep that task from the CPU, or let it sleep; items of per-CPU workqueues can't be moved away",
             "kick_pool(), wq_worker_running()"},
        Rule{"hog", "A function keeps a CPU for too long, and items behind it wait",
             "Its worker has the CPU in both looks and is at the same item, and of another pool of that CPU a worker "
             "wants it; or the kernel says that it hogged the CPU",
             "WQ_UNBOUND, cond_resched() or shorter items; WQ_CPU_INTENSIVE lets others be started beside it",
             "wq_worker_tick(), wq_cpu_intensive_report()"},
        Rule{"no-worker", "A pool has no idle worker and gets no new one",
             "A manager has been at it all the while; its rescuer, if there is one, does not come, or is at an item "
             "that does not end",
             "Look for memory and for kthreadd; WQ_MEM_RECLAIM gives a workqueue a rescuer",
             "manage_workers(), create_worker(), send_mayday()"},
        Rule{"not-told", "Items wait on a pool whose workers are all asleep, and nobody has woken one",
             "nr_running is 0, workers are idle and have slept all the while",
             "The next item on that pool wakes it; it is a fault of the kernel (docs/findings)",
             "kick_pool(), try_to_grab_pending()"},
        Rule{"cpu-away", "Items wait on the pool of a CPU that is offline",
             "The pool's CPU is offline, and it has no worker or none takes the items",
             "queue_work_on() only for CPUs that are held online", "unbind_workers(), queue_work_on()"},
        Rule{"hung-pool", "Items wait on a pool that has begun none for 10 s or more",
             "No progress. Of a machine: and no other rule says why. Of a log: who has the CPU, who sleeps, or that a "
             "manager gets no worker, as far as it shows",
             "The finding says what there is to see; the stacks of its workers say more",
             "show_one_worker_pool(), wq_watchdog_timer_fn()"},
        Rule{"held-back", "max_active is used up by items that do not end",
             "All that is active is at the same item for 10 s or more, and items are held back behind it. Of a "
             "machine, it says what would make a circle of it, where two or more have all slept in D as long in one "
             "place of their module, and another function of that module is held back, or flushes what is",
             "See what the active ones wait for; a larger max_active helps only if those behind do not depend on them, "
             "or end what they wait for",
             "pwq_tryinc_nr_active()"},
        Rule{"ordered", "The head of an ordered workqueue does not end, and those behind it wait",
             "One item is executed for 10 s or more, all others of that workqueue are held back",
             "See what the head waits for; what need not be in this order belongs on another workqueue",
             "pwq_tryinc_nr_active(), alloc_ordered_workqueue()"},
        Rule{"held-by-nothing", "Items are held back although none of their workqueue is active",
             "They stay, nr_active is 0, and the workqueue is neither frozen nor plugged; of an unbound one, in both "
             "looks",
             "A new max_active lets them in, and before 6.9 the next item that is queued; it is a fault of the kernel",
             "pwq_dec_nr_active(), node_activate_pending_pwq()"},
        Rule{"plugged", "An ordered workqueue was moved to another pool and is held there",
             "Its new pool_workqueue is plugged: an item of before the change has not ended, or nobody unplugs it",
             "See what the old item waits for; change attributes of ordered workqueues at rest", "unplug_oldest_pwq()"},
        Rule{"unfinished", "A drain or the end of a workqueue meets items that go on",
             "A task is in drain_workqueue() or destroy_workqueue() for 10 s or more, and an item does not end; of a "
             "log: or items queue themselves again and again",
             "Cancel the items, and stop whoever queues them, before", "drain_workqueue(), destroy_workqueue()"},
        Rule{"hung-task", "A task waits for an item, or an item sleeps, for very long",
             "Of a machine: a flush that has waited for 30 s or more for an item that has been at work as long; of a "
             "log: what the hung-task detector says",
             "See what the item that is waited for waits for", "check_hung_task(), __flush_work()"},
        Rule{
            "flush-dependency", "A workqueue that memory reclaim needs waits for one without a rescuer",
            "An item of a WQ_MEM_RECLAIM workqueue waits for one of a workqueue without that flag, and does not cancel "
            "it",
            "Give the flushed workqueue WQ_MEM_RECLAIM if reclaim needs it, else take the flag from the one that waits",
            "check_flush_dependency()"},
        Rule{"freeze", "A freezable workqueue keeps the machine from suspending",
             "An item of a freezable workqueue does not end in a freeze; in a log, freezing failed with wq_busy=1",
             "End the item before the freeze, or take WQ_FREEZABLE from its workqueue", "freeze_workqueues_busy()"},
        Rule{"frozen", "A freeze holds back items that somebody waits for",
             "Workqueues are frozen while the machine runs, and items are held back in both looks",
             "See who froze the machine and has not thawed it", "freeze_workqueues_begin(), thaw_workqueues()"},
        Rule{"crowd", "Many workers are in one function and stay there; the one that is elsewhere is named",
             "8 or more sleep in D at one function for 10 s or more",
             "Look for the lock or the device that they wait for", "show_pwq()"},
        Rule{"crowded", "A system workqueue is crowded by one user, and whoever comes waits behind it",
             "16 or more items wait on a CPU's pool or want its CPU, four of five are of one function, they were there "
             "in both looks or enough of them end to tell how fast, and one that is queued now waits for 10 s, or none "
             "ends",
             "A workqueue of its own for that user", "__queue_work()"},
        Rule{"backlog", "A workqueue gets more than it does",
             "So many items are held back in both looks that at the rate between them one behind them waits for 10 s",
             "Shorter items, a larger max_active, or counted on another scale (per CPU, per node)",
             "pwq_tryinc_nr_active(), wq_update_node_max_active()"},
        Rule{"timer", "A delayed item is long due, or its timer is on a CPU that is away",
             "The time of the timer is past by 10 s, or the CPU whose timer wheel it is on is offline",
             "Name no CPU for delayed items, or set them anew when it goes; see what keeps the CPU from its timers",
             "queue_delayed_work_on(), delayed_work_timer_fn()"},
    };
    return kRules;
}

const Rule& rule_named(std::string_view name) { return *std::ranges::find(rules(), name, &Rule::name); }

}  // namespace wqctl
