// SPDX-License-Identifier: GPL-2.0
// Group A: queueing and pending.
#include "unbound_cpus.hh"

namespace wqlab {

namespace queueing {  // of its own: all files are one translation unit

struct SaysWhetherPending {
    static constexpr Promise kPromise = {
        1, "", "queue.says-whether-pending",
        "queue_work() returns true when it made the item pending, and false, changing nothing, when it was",
        "include/linux/workqueue.h: queue_work()", 0, Fault::kQueueLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.max_active = 1});
        Probe& gate = t.probe("the item in front", Probe::Body::kGate);
        Probe& item = t.probe("the item");
        WANT(t, gate.queue_on(wq, 0), "queue_work() of an idle item returned false");
        WANT(t, item.queue_on(wq, 0), "queue_work() of an idle item returned false");
        for (int i = 0; i < 1000; i++)
            WANT(t, !item.queue_on(wq, 0), "queue_work() number %d of a pending item returned true", i + 2);
        gate.open();
        wq.flush();
        WANT(t, item.ended() == 1, "one of 1001 queue_work() calls returned true, and the item ran %u times", item.ended());
    }
};

struct PendingIsClearedFirst {
    static constexpr Promise kPromise = {
        2, "", "queue.pending-cleared-before-run",
        "An item is not pending any more when its function begins, and can be queued again from there",
        "kernel/workqueue.c: process_one_work(), set_work_pool_and_clear_pending()", 0, Fault::kBusyLies};

    struct Seen {
        Queue* wq;
        bool pending, first, second;
    };

    static void look(Probe& probe, void* argument)
    {
        Seen& seen = *static_cast<Seen*>(argument);
        if (probe.started() != 1)
            return;
        seen.pending = probe.pending();
        seen.first = probe.queue(*seen.wq);
        seen.second = probe.queue(*seen.wq);
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Seen* seen = t.own<Seen>();
        if (!seen)
            return;
        *seen = {&wq, true, false, true};
        Probe& item = t.probe("the item").on_run(look, seen);
        item.queue(wq);
        AWAIT(t, item.ended() == 2, "the item that queues itself once to run twice");
        WANT(t, !seen->pending, "work_pending() was true in its function");
        WANT(t, seen->first, "queue_work() in its function returned false");
        WANT(t, !seen->second, "a second queue_work() in its function returned true");
        wq.flush();
        WANT(t, item.ended() == 2, "it ran %u times, not 2", item.ended());
    }
};

struct NotOnTwoCpus {
    static constexpr Promise kPromise = {
        5, "", "queue.one-item-never-on-two-cpus",
        "An item never runs on two CPUs at once: queued elsewhere while it runs, it waits for the worker that has it",
        "Documentation/core-api/workqueue.rst: Non-reentrance Conditions", 0, Fault::kQueueTwice};

    static void run(Trial& t)
    {
        const uint32_t here = t.first_cpu(), there = t.other_cpu(here);
        SKIP_UNLESS(t, here != there, "there is one CPU");
        Queue& wq = t.queue();
        Probe& item = t.probe("the item", Probe::Body::kGate);
        item.queue_on(wq, here);
        AWAIT(t, item.started() >= 1, "the item to start");
        WANT(t, item.queue_on(wq, there), "queue_work_on() of a running item returned false");
        t.linger();
        WANT(t, item.started() == 1, "it started a second time while it ran");
        item.open();
        AWAIT(t, item.ended() == 2, "its second execution");
        WANT(t, item.overlapped() == 1, "%u executions overlapped", item.overlapped());
        WANT(t, item.execution(1).pid == item.execution(0).pid, "another worker (pid %d) than the one that had it (pid %d) took it",
             item.execution(1).pid, item.execution(0).pid);
    }
};

struct LastStoreIsSeen {
    static constexpr Promise kPromise = {
        3, "", "queue.false-still-sees-stores",
        "After queue_work() returned false, one execution is still to come that sees all stores before the call",
        "kernel/workqueue.c: set_work_pool_and_clear_pending()", 0, Fault::kMemoryLies};

    static void run(Trial& t)
    {
        constexpr uint32_t kRounds = 200, kStores = 100;
        const uint32_t there = t.other_cpu(t.first_cpu());
        Queue& wq = t.queue();
        Probe& item = t.probe("the item");
        uint64_t last = 0;
        uint32_t refused = 0;
        for (uint32_t round = 0; round < kRounds; round++) {
            for (uint32_t i = 0; i < kStores; i++) {
                item.set_payload(++last);
                refused += !item.queue_on(wq, there);
            }
            wq.flush();
            WANT(t, item.last().payload == last, "the last execution saw %llu where %llu had been stored",
                 static_cast<unsigned long long>(item.last().payload), static_cast<unsigned long long>(last));
        }
        t.note("%u tries, %u of them refused as pending", kRounds * kStores, refused);
    }
};

struct StoresAreSeen {
    static constexpr Promise kPromise = {
        4, "", "queue.true-sees-stores",
        "After queue_work() returned true, the function sees the stores before the call",
        "include/linux/workqueue.h: queue_work(), memory-ordering properties", 0, Fault::kMemoryLies};

    static void run(Trial& t)
    {
        constexpr uint32_t kTries = 2000;
        const uint32_t there = t.other_cpu(t.first_cpu());
        Queue& bound = t.queue();
        Queue& unbound = t.queue({.flags = WQLAB_WQ_UNBOUND});
        Probe& item = t.probe("the item");
        uint64_t last = 0;
        for (uint32_t i = 0; i < kTries; i++) {
            Queue& wq = i % 2 ? bound : unbound;
            item.set_payload(++last);
            WANT(t, item.queue_on(wq, there), "queue_work() of an idle item returned false");
            item.flush();
            WANT(t, item.last().payload == last, "the function saw %llu where %llu had been stored",
                 static_cast<unsigned long long>(item.last().payload), static_cast<unsigned long long>(last));
        }
        t.note("%u tries", kTries);
    }
};

struct NotOnTwoWorkers {
    static constexpr Promise kPromise = {
        6, "", "queue.one-item-never-on-two-workers",
        "An item never runs on two workers of one pool at once",
        "kernel/workqueue.c: assign_work()", 0, Fault::kQueueTwice};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue* const queues[] = {&t.queue(), &t.queue({.flags = WQLAB_WQ_UNBOUND})};
        for (Queue* wq : queues) {
            Probe& item = t.probe("the item", Probe::Body::kGate);
            item.queue_on(*wq, cpu);
            AWAIT(t, item.started() >= 1, "the item to start");
            item.queue_on(*wq, cpu);
            t.linger();
            WANT(t, item.started() == 1, "it started a second time while it ran");
            item.open();
            AWAIT(t, item.ended() == 2, "its second execution");
            WANT(t, item.overlapped() == 1 && item.execution(0).end < item.execution(1).start, "its executions overlapped");
            WANT(t, item.execution(1).pid == item.execution(0).pid, "another worker than the one that had it took it");
        }
    }
};

// Items whose memory the check itself plays with; the workqueue's end waits for them.
struct Raw {
    Opaque<work_struct, WQLAB_SIZEOF_WORK> work;  // first: the functions find the rest behind it
    Trial* trial;
    Gate* gate;
    bool first_began, first_ended, second_ran_early, second_ran;

    static Raw& of(work_struct* work) { return *reinterpret_cast<Raw*>(work); }
};

struct RecycledIsAnother {
    static constexpr Promise kPromise = {
        7, "", "queue.recycled-address-is-another-item",
        "An item at the address of a running one, with another function, does not wait for that one",
        "kernel/workqueue.c: find_worker_executing_work()", 0, Fault::kQueueLoses};

    static void first(work_struct* work)
    {
        Raw& raw = Raw::of(work);
        __atomic_store_n(&raw.first_began, true, __ATOMIC_RELEASE);
        raw.gate->wait(Event::kForEver - 1);
        __atomic_store_n(&raw.first_ended, true, __ATOMIC_RELEASE);
    }
    static void second(work_struct* work)
    {
        Raw& raw = Raw::of(work);
        raw.second_ran_early = !__atomic_load_n(&raw.first_ended, __ATOMIC_ACQUIRE);
        __atomic_store_n(&raw.second_ran, true, __ATOMIC_RELEASE);
    }

    static void run(Trial& t)
    {
        const int cpu = static_cast<int>(t.first_cpu());
        Queue& wq = t.queue();
        Raw* raw = t.own<Raw>();
        if (!raw || !wq.get())
            return;
        raw->gate = &t.gate();
        wqlab_work_init(raw->work.get(), WQLAB_WORK_PLAIN, first);
        wqlab_queue_bare_on(wq.get(), raw->work.get(), cpu);
        AWAIT(t, __atomic_load_n(&raw->first_began, __ATOMIC_ACQUIRE), "the first item to start");
        wqlab_work_init(raw->work.get(), WQLAB_WORK_PLAIN, second);
        if (!t.has_fault(Fault::kQueueLoses))
            wqlab_queue_bare_on(wq.get(), raw->work.get(), cpu);
        AWAIT(t, __atomic_load_n(&raw->second_ran, __ATOMIC_ACQUIRE), "the second item to run while the first one is held");
        WANT(t, raw->second_ran_early, "it ran after the first one had ended");
    }
};

struct SamePoolSerialises {
    static constexpr Promise kPromise = {
        8, "", "queue.same-pool-serialises",
        "On another workqueue an item may run twice at once, but on one pool it never does",
        "Documentation/core-api/workqueue.rst: Non-reentrance Conditions", 0, Fault::kQueueTwice};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue& one = t.queue();
        Queue& other = t.queue();
        Probe& item = t.probe("the item", Probe::Body::kGate);
        item.queue_on(one, cpu);
        AWAIT(t, item.started() >= 1, "the item to start");
        item.queue_on(other, cpu);
        t.linger();
        WANT(t, item.started() == 1, "it started on the second workqueue while it ran on the first");
        item.open();
        AWAIT(t, item.ended() == 2, "its second execution");
        WANT(t, item.overlapped() == 1, "its executions overlapped");
    }
};

struct RequeueGoesBehind {
    static constexpr Promise kPromise = {
        9, "", "queue.requeue-goes-behind",
        "An item may queue itself: N times make N + 1 executions, never two at once, each behind what was queued before",
        "Documentation/core-api/workqueue.rst: Non-reentrance Conditions", 0, Fault::kQueueLoses};

    struct Again {
        Queue* wq;
        Probe* other;
    };

    static void queue_other_and_itself(Probe& probe, void* argument)
    {
        const Again& again = *static_cast<Again*>(argument);
        if (probe.started() != 1)
            return;
        again.other->queue(*again.wq);
        probe.queue(*again.wq);
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.max_active = 1});
        Again* again = t.own<Again>();
        if (!again)
            return;
        Probe& y = t.probe("Y");
        *again = {&wq, &y};
        Probe& w = t.probe("W").on_run(queue_other_and_itself, again);
        w.queue(wq);
        AWAIT(t, w.ended() == 2 && y.ended() == 1, "W to run twice and Y once");
        WANT(t, y.last().start > w.execution(0).end && y.last().end < w.execution(1).start, "Y was queued before W was again, and W ran first");

        constexpr uint32_t kTimes = 500;
        Probe& chain = t.probe("the item that queues itself", Probe::Body::kRequeue);
        chain.requeues(kTimes).queue(wq);
        AWAIT(t, chain.ended() >= kTimes + 1, "all executions of the item that queues itself");
        wq.flush();
        WANT(t, chain.ended() == kTimes + 1, "%u times queued again it ran %u times", kTimes, chain.ended());
        WANT(t, chain.overlapped() == 1, "its executions overlapped");
    }
};

struct MemoryIsTheItems {
    static constexpr Promise kPromise = {
        10, "", "queue.item-may-free-itself",
        "Once its function runs, the core does not touch the item any more: it may be freed there",
        "kernel/workqueue.c: process_one_work()", 0, Fault::kMemoryLies};

    struct Filled {
        Opaque<work_struct, WQLAB_SIZEOF_WORK> work;
        bool ran;
    };

    static void fill(work_struct* work)
    {
        Filled& item = *reinterpret_cast<Filled*>(work);
        __builtin_memset(work, 0xa5, WQLAB_SIZEOF_WORK);
        __atomic_store_n(&item.ran, true, __ATOMIC_RELEASE);
    }

    static void run(Trial& t)
    {
        Queue* const queues[] = {&t.queue(), &t.queue({.flags = WQLAB_WQ_UNBOUND}), &t.queue({.flags = WQLAB_WQ_BH})};
        for (Queue* wq : queues) {
            Filled* item = t.own<Filled>();
            if (!item || !wq->get())
                return;
            wqlab_work_init(item->work.get(), WQLAB_WORK_PLAIN, fill);
            wqlab_queue_bare_on(wq->get(), item->work.get(), -1);
            AWAIT(t, __atomic_load_n(&item->ran, __ATOMIC_ACQUIRE), "the item to run");
            wq->flush();
            const auto* bytes = reinterpret_cast<unsigned char*>(item->work.get());
            if (t.has_fault(Fault::kMemoryLies))
                *reinterpret_cast<unsigned char*>(item->work.get()) = 0;
            for (uint32_t i = 0; i < WQLAB_SIZEOF_WORK; i++)
                WANT(t, bytes[i] == 0xa5, "byte %u of the item was written after its function had begun", i);
        }
    }
};

struct RunsWhereItWasQueued {
    static constexpr Promise kPromise = {
        11, "", "queue.runs-on-submitting-cpu",
        "An item of a per-CPU workqueue runs on the CPU that it was queued from, whatever unbound ones may use",
        "include/linux/workqueue.h: queue_work()", 0, Fault::kQueueOtherCpu};

    static void from_each_cpu(Trial& t, Queue& wq, const char* when)
    {
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus() && !t.decided(); cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            Probe& item = t.probe("the item");
            t.on_cpu(cpu, [&item, &wq] { item.queue(wq); });
            AWAIT(t, item.ended() == 1, "the item to run");
            WANT(t, item.last().cpu == cpu, "queued from CPU %u it ran on CPU %u%s", cpu, item.last().cpu, when);
        }
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        Queue& wq = t.queue();
        from_each_cpu(t, wq, "");
        UnboundCpus cpus(t);
        if (t.decided() || !cpus.restrict_to(t.first_cpu()))
            return;
        from_each_cpu(t, wq, " when unbound ones may use one CPU only");
    }
};

struct RunsOnNamedCpu {
    static constexpr Promise kPromise = {
        12, "", "queue.runs-on-named-cpu",
        "queue_work_on() runs the item on the CPU that it names; unbound, with the strict scope cpu, too",
        "kernel/workqueue.c: queue_work_on()", 0, Fault::kQueueOtherCpu};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        Queue* const queues[] = {&t.queue(), &t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = true})};
        for (uint32_t from = 0; from < wqlab_nr_cpus(); from++) {
            for (uint32_t to = 0; to < wqlab_nr_cpus(); to++) {
                if (!wqlab_cpu_online(from) || !wqlab_cpu_online(to))
                    continue;
                Probe* const items[] = {&t.probe("the item"), &t.probe("the item")};
                t.on_cpu(from, [a = items[0], b = items[1], x = queues[0], y = queues[1], to] {
                    a->queue_on(*x, to);
                    b->queue_on(*y, to);
                });
                AWAIT(t, items[0]->ended() == 1 && items[1]->ended() == 1, "the items to run");
                for (Probe* item : items)
                    WANT(t, item->last().cpu == to, "queued from CPU %u on CPU %u it ran on CPU %u", from, to, item->last().cpu);
            }
        }
    }
};

struct OfflineCpuLosesNothing {
    static constexpr Promise kPromise = {
        13, "", "queue.offline-cpu-loses-nothing",
        "An item queued on a CPU that has gone offline runs on some CPU",
        "kernel/workqueue.c: queue_work_on()", WQLAB_CHECK_HOTPLUG, Fault::kQueueLoses};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        Queue& wq = t.queue();
        Probe& before = t.probe("an item queued before", Probe::Body::kGate);
        Probe** after = t.probes(8, "an item queued after");
        before.queue_on(wq, cpu);
        AWAIT(t, before.started() == 1, "the item to start");
        if (const int error = wqlab_cpu_down(cpu))
            return t.skip("CPU %u can't be taken offline: error %d", cpu, error);
        for (uint32_t i = 0; i < 8; i++)
            after[i]->queue_on(wq, cpu);
        before.open();
        t.wait([&] { uint32_t n = before.ended(); for (uint32_t i = 0; i < 8; i++) n += after[i]->ended(); return n == 9; },
               "items of an offline CPU to run");
        if (const int error = wqlab_cpu_up(cpu))
            return t.fail("CPU %u can't be brought back: error %d", cpu, error);
    }
};

struct NodeIsRespected {
    static constexpr Promise kPromise = {
        14, "", "queue.node-is-respected",
        "queue_work_node() runs the item on a CPU of that node; without a node it is queue_work()",
        "kernel/workqueue.c: queue_work_node()", WQLAB_CHECK_NUMA, Fault::kQueueOtherCpu};

    static void run(Trial& t)
    {
        uint32_t nodes = 0;
        for (uint32_t node = 0; node < wqlab_nr_nodes(); node++)
            nodes += wqlab_node_online(node);
        SKIP_UNLESS(t, nodes > 1, "there is one node");
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "numa", .strict = true});
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            for (uint32_t node = 0; node < wqlab_nr_nodes() && wqlab_cpu_online(cpu); node++) {
                if (!wqlab_node_online(node))
                    continue;
                Probe& item = t.probe("the item");
                t.on_cpu(cpu, [&item, &wq, node] { item.queue_node(wq, static_cast<int>(node)); });
                AWAIT(t, item.ended() == 1, "the item to run");
                WANT(t, wqlab_cpu_node(item.last().cpu) == static_cast<int>(node), "for node %u it ran on CPU %u of node %d", node,
                     item.last().cpu, wqlab_cpu_node(item.last().cpu));
            }
        }
        Probe& anywhere = t.probe("an item for no node");
        WANT(t, anywhere.queue_node(wq, -1), "without a node it returned false");
        AWAIT(t, anywhere.ended() == 1, "the item for no node to run");
    }
};

struct AnyContext {
    static constexpr Promise kPromise = {
        15, "", "queue.any-context",
        "queue_work(), cancel_work() and mod_delayed_work() may be called from any context",
        "kernel/workqueue.c: try_to_grab_pending(), disable_work()", 0, Fault::kQueueLies};

    struct Call {
        Queue* wq;
        Probe* item;
        Probe* cancelled;
        Probe* delayed;
        bool queued, cancelled_it, modified;
    };

    static void call_all(void* argument)
    {
        Call& call = *static_cast<Call*>(argument);
        call.queued = call.item->queue(*call.wq);
        call.cancelled->queue_delayed(*call.wq, 1000);
        call.cancelled_it = call.cancelled->cancel();
        call.delayed->queue_delayed(*call.wq, 1000);
        call.modified = call.delayed->mod_delayed(*call.wq, 0);
    }

    static void run(Trial& t)
    {
        constexpr void (*kContexts[])(void (*)(void*), void*) = {wqlab_call_in_hardirq, wqlab_call_with_bh_off,
                                                                 wqlab_call_with_irqs_off};
        constexpr const char* kNames[] = {"an interrupt", "a section with softirqs off", "a section with interrupts off"};
        Queue& wq = t.queue();
        for (uint32_t i = 0; i < 3; i++) {
            Call call = {&wq, &t.probe("the item"), &t.probe("the cancelled item", Probe::Body::kReturn, WQLAB_WORK_DELAYED),
                         &t.probe("the delayed item", Probe::Body::kReturn, WQLAB_WORK_DELAYED), false, false, false};
            kContexts[i](call_all, &call);
            WANT(t, call.queued && call.cancelled_it && call.modified, "in %s queue_work() returned %d, cancel %d, mod_delayed_work() %d",
                 kNames[i], call.queued, call.cancelled_it, call.modified);
            AWAIT(t, call.item->ended() == 1 && call.delayed->ended() == 1, "the items to run");
            WANT(t, call.cancelled->started() == 0, "an item ran that was cancelled in %s", kNames[i]);
        }
    }
};

struct ScheduleUsesSystemQueue {
    static constexpr Promise kPromise = {
        16, "", "queue.schedule-work-uses-system-workqueue",
        "schedule_work() queues on the system's per-CPU workqueue",
        "include/linux/workqueue.h: schedule_work()", 0, Fault::kWorkerLies};

    static void run(Trial& t)
    {
        Probe& item = t.probe("the item");
        bool queued = t.on_cpu(t.first_cpu(), [&item] { return wqlab_schedule_work(item.address()); });
        WANT(t, queued, "it returned false for an idle item");
        AWAIT(t, item.ended() == 1, "the item to run");
        char wanted[16];
        wqlab_format(wanted, sizeof(wanted), "kworker/%u:", t.first_cpu());
        const size_t length = __builtin_strlen(wanted);
        WANT(t, __builtin_memcmp(item.last().command, wanted, length) == 0, "it ran in %s, not in %s*", item.last().command, wanted);
        WANT(t, item.last().cpu == t.first_cpu(), "queued from CPU %u it ran on CPU %u", t.first_cpu(), item.last().cpu);
    }
};

struct WorkOnCpuReturns {
    static constexpr Promise kPromise = {
        17, "", "queue.work-on-cpu",
        "work_on_cpu() calls the function on that CPU and returns what it returned",
        "kernel/workqueue.c: work_on_cpu_key()", 0, Fault::kQueueOtherCpu};

    static long tell_cpu(void* argument)
    {
        return *static_cast<long*>(argument) + wqlab_this_cpu();
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            long base = 1000;
            const uint32_t asked = t.has_fault(Fault::kQueueOtherCpu) ? t.other_cpu(cpu) : cpu;
            const long got = wqlab_work_on_cpu(asked, tell_cpu, &base);
            WANT(t, got == 1000 + static_cast<long>(cpu), "for CPU %u it returned %ld, not %ld", cpu, got, 1000 + static_cast<long>(cpu));
        }
    }
};

struct InProcessContext {
    static constexpr Promise kPromise = {
        18, "", "queue.execute-in-process-context",
        "execute_in_process_context() calls at once in a task and returns 0, and queues in an interrupt and returns 1",
        "kernel/workqueue.c: execute_in_process_context()", 0, Fault::kBusyLies};

    struct Seen {
        Opaque<work_struct, WQLAB_SIZEOF_EXECUTE_WORK> storage;
        Trial* trial;
        uint32_t runs, runs_in_irq;
        int result;
    };
    // The function gets the work, which is the storage.
    static void look(work_struct* work)
    {
        Seen& seen = *reinterpret_cast<Seen*>(work);
        seen.runs_in_irq += wqlab_in_hardirq();
        __atomic_add_fetch(&seen.runs, 1, __ATOMIC_RELEASE);
    }
    static void call(void* argument)
    {
        Seen& seen = *static_cast<Seen*>(argument);
        seen.result = wqlab_execute_in_process_context(look, seen.storage.get());
    }

    static void run(Trial& t)
    {
        Seen* seen = t.own<Seen>();
        if (!seen)
            return;
        call(seen);
        const bool lies = t.has_fault(Fault::kBusyLies);
        WANT(t, (seen->result == 0) != lies && seen->runs == 1, "in a task it returned %d and had called %u times", seen->result, seen->runs);
        wqlab_call_in_hardirq(call, seen);
        WANT(t, seen->result == 1, "in an interrupt it returned %d", seen->result);
        AWAIT(t, __atomic_load_n(&seen->runs, __ATOMIC_ACQUIRE) == 2, "the function to be called from a worker");
        WANT(t, seen->runs_in_irq == 0, "it was called in the interrupt");
    }
};

struct BusyTellsState {
    static constexpr Promise kPromise = {
        19, "", "queue.busy-tells-state",
        "work_busy() tells idle, pending, running, and both",
        "kernel/workqueue.c: work_busy()", 0, Fault::kBusyLies};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.max_active = 1});
        Probe& item = t.probe("the item", Probe::Body::kGate);
        Probe& behind = t.probe("the item behind it");
        WANT(t, item.busy() == 0 && !item.pending(), "of an idle item it says %u", item.busy());
        item.queue_on(wq, cpu);
        AWAIT(t, item.started() == 1, "the item to start");
        WANT(t, item.busy() == WQLAB_BUSY_RUNNING && !item.pending(), "of a running item it says %u", item.busy());
        behind.queue_on(wq, cpu);
        WANT(t, behind.busy() == WQLAB_BUSY_PENDING && behind.pending(), "of a pending item it says %u", behind.busy());
        item.queue_on(wq, cpu);
        WANT(t, item.busy() == (WQLAB_BUSY_PENDING | WQLAB_BUSY_RUNNING), "of a running item that is pending again it says %u", item.busy());
        item.open();
        wq.flush();
        WANT(t, item.busy() == 0 && behind.busy() == 0, "of items that have ended it says %u and %u", item.busy(), behind.busy());
    }
};

constexpr Check kAll[] = {
    check_of<SaysWhetherPending>(),
    check_of<PendingIsClearedFirst>(),
    check_of<LastStoreIsSeen>(),
    check_of<StoresAreSeen>(),
    check_of<NotOnTwoCpus>(),
    check_of<NotOnTwoWorkers>(),
    check_of<RecycledIsAnother>(),
    check_of<SamePoolSerialises>(),
    check_of<RequeueGoesBehind>(),
    check_of<MemoryIsTheItems>(),
    check_of<RunsWhereItWasQueued>(),
    check_of<RunsOnNamedCpu>(),
    check_of<OfflineCpuLosesNothing>(),
    check_of<NodeIsRespected>(),
    check_of<AnyContext>(),
    check_of<ScheduleUsesSystemQueue>(),
    check_of<WorkOnCpuReturns>(),
    check_of<InProcessContext>(),
    check_of<BusyTellsState>(),
};

}  // namespace queueing

constinit const Group kQueueingChecks = group_of("queueing", queueing::kAll);

}  // namespace wqlab
