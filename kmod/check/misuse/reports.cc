// SPDX-License-Identifier: GPL-2.0
// What the kernel reports of workqueues that are asked for what they do not do, and of all of them.
#include "../../glue/attributes.h"
#include "../../glue/context.h"
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace reports {

struct OutOfRangeIsTold {
    static constexpr Promise kPromise = {174,
                                         "",
                                         "log.max-active-out-of-range",
                                         "max_active beyond the limits is told in the log with the workqueue's name, "
                                         "what was asked for and what the limits are, at allocation and when it is "
                                         "set; one within them is not",
                                         "kernel/workqueue.c: wq_clamp_max_active()",
                                         0,
                                         Fault::kLogIsSilent};

    static void run(Trial& t)
    {
        constexpr const char* kWords =
            "workqueue: max_active %d requested for wqlab-c174 is out of range, clamping between 1 and %d";
        char of_none[128], of_million[128];
        wqlab_format(of_none, sizeof(of_none), kWords, 0, wqlab_wq_max_active());
        wqlab_format(of_million, sizeof(of_million), kWords, 1'000'000, wqlab_wq_max_active());
        const KernelLog<LinesWith> log(t, "requested for wqlab-c174 is out of range"), none(t, of_none),
            million(t, of_million);
        if (t.decided())
            return;
        Queue& wq = t.queue({.max_active = 5, .name = "wqlab-c174"});
        wq.set_max_active(1);
        wq.set_max_active(500);
        wq.set_max_active(wqlab_wq_max_active());
        WANT(t, log.count() == 0, "a limit within the range was told");
        wq.set_max_active(0);
        WANT(t, log.count() == 1, "0 was told %u times", log.count());
        wq.set_max_active(1'000'000);
        WANT(t, log.count() == 2, "a million was told %u times", log.count() - 1);
        t.queue({.max_active = 1'000'000, .name = "wqlab-c174"});
        WANT(t, log.count() == 3, "a million at allocation was told %u times", log.count() - 2);
        t.queue({.name = "wqlab-c174"});
        WANT(t, log.count() == 3, "the default was told");
        WANT(t, none.count() == 1, "of 0 it was not said that \"%s\"", of_none);
        WANT(t, million.count() == 2, "of a million it was not said that \"%s\"", of_million);
    }
};

struct AllAreShown {
    static constexpr Promise kPromise = {
        175,
        "",
        "log.shows-all-and-freezable-ones",
        "show_all_workqueues(), which SysRq-t prints, lists every busy workqueue and pool; "
        "show_freezable_workqueues(), "
        "which a failed suspend prints, the busy freezable ones only",
        "kernel/workqueue.c: show_all_workqueues(), show_freezable_workqueues(), show_one_worker_pool()",
        0,
        Fault::kLogIsSilent};

    static bool show(Trial& t, uintptr_t function)
    {
        const bool called = wqlab_call(function, 0, 0, 0, nullptr);
        if (!called)
            t.skip("kprobes are disarmed, so the kernel can't be called");
        return called;
    }

    static void run(Trial& t)
    {
        const uintptr_t all = wqlab_symbol("show_all_workqueues"),
                        freezable = wqlab_symbol("show_freezable_workqueues");
        SKIP_UNLESS(t, all && freezable, "this kernel does not show its functions");
        Queue& plain = t.queue({.name = "wqlab-c175p"});
        Queue& frozen = t.queue({.flags = WQLAB_WQ_FREEZABLE, .name = "wqlab-c175f"});
        t.queue({.flags = WQLAB_WQ_FREEZABLE, .name = "wqlab-c175i"});
        TestItem* const items[] = {&t.item("an item", TestItem::Body::kGate),
                                   &t.item("an item", TestItem::Body::kGate)};
        items[0]->queue(plain);
        items[1]->queue(frozen);
        AWAIT(t, items[0]->started() == 1 && items[1]->started() == 1, "the items to start");
        const KernelLog<LinesWith> of_plain(t, "workqueue wqlab-c175p: flags=0x");
        const KernelLog<LinesWith> of_frozen(t, "workqueue wqlab-c175f: flags=0x");
        const KernelLog<LinesWith> of_idle(t, "wqlab-c175i");
        const KernelLog<LinesWith> of_pools(t, " hung=0s workers=");
        const KernelLog<LinesWith> heading(t, "Showing busy workqueues and worker pools:");
        if (t.decided() || !show(t, all))
            return;
        WANT(t, of_plain.count() == 1 && of_frozen.count() == 1, "of two busy workqueues %u and %u are listed",
             of_plain.count(), of_frozen.count());
        WANT(t, of_pools.count() >= 1 && heading.count() == 1, "%u pools that do not hang are listed under %u headings",
             of_pools.count(), heading.count());
        if (!show(t, freezable))
            return;
        WANT(t, of_plain.count() == 1 && of_frozen.count() == 2, "as freezable, %u and %u are listed",
             of_plain.count() - 1, of_frozen.count() - 1);
        WANT(t, of_idle.count() == 0, "an idle one is listed");
    }
};

struct WorkerInfo {
    static constexpr Promise kPromise = {
        176,
        "",
        "log.worker-info",
        "In a warning, a worker's workqueue, function and description are printed; of other threads nothing is",
        "kernel/workqueue.c: print_worker_info()",
        0,
        Fault::kLogIsSilent};

    struct Call {
        uintptr_t function;
        const char* description;
        bool called;
    };

    static void print(TestItem&, void* argument)
    {
        Call& call = *static_cast<Call*>(argument);
        if (call.description)
            wqlab_set_description(call.description);
        call.called = print_for_current(call.function);
    }

    static bool print_for_current(uintptr_t function)
    {
        static constexpr char kInfo[] = "\0016";  // KERN_INFO
        return wqlab_call(function, reinterpret_cast<unsigned long>(kInfo), wqlab_current_task(), 0, nullptr);
    }

    static void run(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("print_worker_info");
        SKIP_UNLESS(t, function, "this kernel does not show print_worker_info()");
        const KernelLog<LinesWith> named(t, "Workqueue: wqlab-c176 wqlab_test_item");
        const KernelLog<LinesWith> described(t, "wqlab-says-this");
        const KernelLog<LinesWith> any(t, "Workqueue: ");
        if (t.decided())
            return;
        const uint32_t before = any.count();
        SKIP_UNLESS(t, print_for_current(function), "kprobes are disarmed, so the kernel can't be called");
        WANT(t, any.count() == before, "of a thread that is no worker something was printed");
        Queue& wq = t.queue({.name = "wqlab-c176"});
        for (const char* description : {static_cast<const char*>(nullptr), "wqlab-says-this"}) {
            Call* const call = t.own<Call>();
            if (!call)
                return;
            *call = {function, description, false};
            TestItem& item = t.item("the item").on_run(print, call);
            item.queue(wq);
            AWAIT(t, item.ended() == 1, "the item to run");
            SKIP_UNLESS(t, call->called, "kprobes are disarmed, so the kernel can't be called");
            const uint32_t wanted = description ? 2 : 1;
            WANT(t, named.count() == wanted, "its workqueue and function were printed %u times, not %u", named.count(),
                 wanted);
            WANT(t, described.count() == (description ? 1 : 0), "%s description was printed %u times",
                 description ? "its" : "another's", described.count());
        }
    }
};

struct WrongKindsWarn {
    static constexpr Promise kPromise = {
        177,
        "",
        "misuse.wrong-kinds-warn",
        "queue_work_node() of a per-CPU workqueue warns and queues all the same; attributes "
        "and min_active of one, and max_active of an ordered or BH one, can't be set: "
        "that warns and does nothing",
        "kernel/workqueue.c: queue_work_node(), workqueue_set_max_active(), apply_workqueue_attrs()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    // How many warnings of ours there are while act() is called.
    template <typename Act>
    static uint32_t warnings(Trial& t, Act act)
    {
        const KernelLog<Warnings> log(t);
        act();
        return log.count();
    }

    // Before 6.9 each pool_workqueue had a limit of its own.
    static void judge_limit(Trial& t, const Queue& wq, int32_t limit)
    {
        const bool is_seen = !t.decided() && !(wqlab_lacks() & WQLAB_LACK_SYSTEM_MAX_ACTIVE);
        const Snapshot* now = is_seen ? t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES) : nullptr;
        const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
        WANT(t, !row || row->max_active == limit, "after a max_active was refused it is %d, not %d", row->max_active,
             limit);
    }

    static void run(Trial& t)
    {
        if (!hear_again(t))
            return;
        Queue& plain = t.queue();
        Queue& ordered = t.queue({.flags = WQLAB_WQ_ORDERED});
        Queue& unbound = t.queue({.flags = WQLAB_WQ_UNBOUND});
        TestItem& right = t.item("an unbound item");
        TestItem& item = t.item("the item");
        uint32_t n = warnings(t, [&] { right.queue_node(unbound, -1); });
        if (t.decided())
            return;
        WANT(t, n == 0, "queue_work_node() of an unbound workqueue warned");
        n = warnings(t, [&] { item.queue_node(plain, -1); });
        WANT(t, n == 1, "queue_work_node() of a per-CPU workqueue warned %u times", n);
        AWAIT(t, item.ended() == 1 && right.ended() == 1, "the items to run");
        n = warnings(t, [&] { ordered.set_max_active(4); });
        WANT(t, n == 1, "workqueue_set_max_active() of an ordered workqueue warned %u times", n);
        judge_limit(t, ordered, 1);
        if (!(wqlab_lacks() & WQLAB_LACK_BH)) {
            Queue& bh = t.queue({.flags = WQLAB_WQ_BH});
            n = warnings(t, [&] { bh.set_max_active(4); });
            WANT(t, n == 1, "workqueue_set_max_active() of a BH workqueue warned %u times", n);
            judge_limit(t, bh, INT32_MAX);
        }
        if (t.decided())
            return;
        n = warnings(t, [&] { unbound.set_max_active(4); });
        WANT(t, n == 0, "workqueue_set_max_active() of an unbound workqueue warned");
        int error = 0;
        n = warnings(t, [&] { error = plain.apply(smallest_scope(), false, 0, 0); });
        WANT(t, n == 1 && error == -number(Errno::kInvalid),
             "apply_workqueue_attrs() of a per-CPU workqueue warned %u times and gave error %d", n, -error);
        const uintptr_t set_min_active = wqlab_symbol("workqueue_set_min_active");
        bool called = false;
        n = warnings(t, [&] {
            called = set_min_active &&
                     wqlab_call(set_min_active, reinterpret_cast<unsigned long>(plain.get()), 4, 0, nullptr);
        });
        WANT(t, !called || n == 1, "workqueue_set_min_active() of a per-CPU workqueue warned %u times", n);
    }
};

struct NoSuchScope {
    static constexpr Promise kPromise = {237,
                                         "",
                                         "misuse.no-such-scope-warns",
                                         "Attributes with an affinity scope that there is not are refused with -EINVAL "
                                         "and a warning, and change nothing",
                                         "kernel/workqueue.c: apply_wqattrs_prepare()",
                                         WQLAB_CHECK_NEGATIVE,
                                         Fault::kLogIsSilent};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        if (t.decided())
            return;
        for (const int scope : {-1, 64}) {
            const wqlab_attributes wrong = {0, Queue::kPrivateNice + 1, scope, false};
            int error = 0;
            const uint32_t n = WrongKindsWarn::warnings(t, [&] { error = wqlab_attributes_apply(wq.get(), &wrong); });
            SKIP_UNLESS(t, error != -number(Errno::kNotSupported), "attributes can't be set now");
            WANT(t, n == 1 && error == -number(Errno::kInvalid), "scope %d warned %u times and gave error %d", scope, n,
                 -error);
        }
        TestItem& item = t.item("the item");
        item.queue(wq);
        AWAIT(t, item.ended() == 1, "the item to run");
        WANT(t, item.last().nice == Queue::kPrivateNice, "it ran at nice %d", item.last().nice);
    }
};

struct LongDrainIsTold {
    static constexpr Promise kPromise = {
        206,
        "",
        "log.drain-that-takes-long",
        "A drain that finds the workqueue busy again ten times says so in the log, with the workqueue's name; one that "
        "finds it so less often does not",
        "kernel/workqueue.c: drain_workqueue()",
        0,
        Fault::kLogIsSilent};

    struct Chain {
        Queue* wq;
        uint32_t left;
    };

    static void go_on(TestItem& item, void* argument)
    {
        Chain& chain = *static_cast<Chain*>(argument);
        if (uint32_t left = __atomic_load_n(&chain.left, __ATOMIC_ACQUIRE)) {
            // Who is told to stop meanwhile stops one later.
            __atomic_compare_exchange_n(&chain.left, &left, left - 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
            wqlab_queue_bare_on(chain.wq->get(), item.address(), -1);
        }
        wqlab_sleep(500'000);
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kFew = 5, kMany = 1'000'000;  // longer than anybody waits
        const KernelLog<LinesWith> log(t, "workqueue wqlab-c206: drain_workqueue() isn't complete after 10 tries");
        const KernelLog<LinesWith> any(t, "workqueue wqlab-c206: drain_workqueue() isn't complete after");
        Queue& wq = t.queue({.name = "wqlab-c206"});
        Chain* const chain = t.own<Chain>();
        if (!chain || t.decided())
            return;
        for (const uint32_t links : {kFew, kMany}) {
            *chain = {&wq, links};
            TestItem& item = t.item("an item that queues itself").on_run(go_on, chain);
            item.queue(wq);
            Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&wq] { wq.drain(); });
            // Each try takes what is queued then, and the next one was queued meanwhile. A drainer that is slow misses
            // some, and so it goes on until ten have been.
            if (links == kMany)
                t.wait([&] { return log.count() > 0 || drainer.done(); }, "a drain that takes long to say so");
            else
                t.wait([&] { return drainer.done(); }, "the drain of a chain to end");
            __atomic_store_n(&chain->left, 0, __ATOMIC_RELEASE);
            if (t.decided())
                return;
            AWAIT(t, drainer.done(), "the drain to end");
            const uint32_t wanted = links == kMany;
            WANT(t, log.count() == wanted && any.count() >= wanted && (wanted || any.count() == 0),
                 "of a chain of %u it was told %u times", links, any.count());
        }
    }
};

constexpr Check kAll[] = {
    check_of<OutOfRangeIsTold>(),
    check_of<AllAreShown>(),
    check_of<WorkerInfo>(),
    check_of<WrongKindsWarn>(),
    check_of<NoSuchScope>(WQLAB_LACK_SCOPES),
    check_of<LongDrainIsTold>(),
};

}  // namespace reports

constinit const Group kReportChecks = group_of("misuse", reports::kAll);

}  // namespace wqlab
