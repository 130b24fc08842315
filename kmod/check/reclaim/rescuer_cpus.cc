// SPDX-License-Identifier: GPL-2.0
// Where a rescuer may run, idle and while it helps.
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/cpu_away.hh"
#include "../scenes/scarce_threads.hh"
#include "../scenes/unbound_cpus.hh"

namespace wqlab {

namespace rescuer_cpus {

struct Rescuer {
    uint64_t cpus = 0;  // where it may run, of the first 64; 0: that is not seen, and the trial is decided
    bool is_idle = false;
};

inline Rescuer rescuer_of(Trial& t, const Queue& wq)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS);
    const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
    if (now && (!row || row->rescuer_cpus == WQLAB_NONE))
        t.skip("the snapshot does not show the rescuer of the check's own workqueue");
    if (t.decided())
        return {};
    return {now->masks.words()[row->rescuer_cpus * now->masks.words_each()], row->rescuer_pool == -1};
}

// 49584bb8ddbe, of the same series as 4c065dbce1e8, which added that member.
inline bool starts_at_home(const Trial& t) { return t.kernel().has(Field::kPwqPlugged); }

// f45b1c3c3337, of the same series as 68f83057b913, which took that member away.
inline bool goes_home(const Trial& t) { return starts_at_home(t) && !t.kernel().has(Field::kPoolDetachCompletion); }

// Whether an item was rescued; else the trial is decided.
inline bool is_rescued(Trial& t, const TestItem& item)
{
    const char* command = item.last().command;
    if (is_other_worker(command))
        t.skip("a worker became free, or threads ended meanwhile");
    else if (!is_rescuer(command))
        t.fail("an item ran in %s, and not in the rescuer", command);
    return !t.decided();
}

struct RescuerAffinity {
    static constexpr Promise kPromise = {
        101,
        "",
        "rescuer.affinity",
        "The idle rescuer of an unbound workqueue may run where that may, and (7.1) that of a per-CPU one, too",
        "kernel/workqueue.c: init_rescuer(), workqueue_apply_unbound_cpumask()",
        0,
        Fault::kStepIgnored};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        SKIP_UNLESS(t, starts_at_home(t), "before Linux 6.9 it may run anywhere");
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_MEM_RECLAIM, .is_private = false});
        Queue& percpu = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM});
        const uint64_t before = rescuer_of(t, wq).cpus;
        UnboundCpus cpus(t);
        uint32_t only = t.other_cpu(t.first_cpu());
        if (before == uint64_t{1} << only)
            only = t.other_cpu(only);
        if (t.decided() || !cpus.restrict_to(only))
            return;
        const uint64_t after = rescuer_of(t, wq).cpus;
        WANT(t, (before != after && after == uint64_t{1} << only) || t.decided(),
             "unbound workqueues may use CPU %u, the rescuer the CPUs %llx (before: %llx)", only,
             static_cast<unsigned long long>(after), static_cast<unsigned long long>(before));
        const uint64_t of_percpu = wqlab_since_7_1() ? rescuer_of(t, percpu).cpus : after;
        WANT(t, of_percpu == after || t.decided(),
             "unbound workqueues may use CPU %u, the rescuer of a per-CPU one the CPUs %llx", only,
             static_cast<unsigned long long>(of_percpu));
    }
};

struct NewOneIsBounded {
    static constexpr Promise kPromise = {
        284,
        "",
        "rescuer.new-one-is-bounded",
        "The rescuer of an unbound workqueue, and (7.1) of a per-CPU one, that is made after the CPUs of unbound ones "
        "were restricted may run on those only, before it has run anything",
        "kernel/workqueue.c: init_rescuer()",
        0,
        Fault::kStepIgnored};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, starts_at_home(t), "before Linux 6.9 it may run anywhere");
        const uint64_t before = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(before), "unbound workqueues may use one CPU");
        const uint32_t only = second_of(before);
        UnboundCpus cpus(t);
        if (!cpus.restrict_to(only))
            return;
        for (const uint32_t flags : {uint32_t{WQLAB_WQ_UNBOUND}, 0u}) {
            if (!flags && !wqlab_since_7_1())
                continue;
            // Attributes that are applied might bind it anew.
            Queue& wq = t.queue({.flags = flags | WQLAB_WQ_MEM_RECLAIM, .is_private = false});
            const Rescuer now = t.decided() ? Rescuer() : rescuer_of(t, wq);
            WANT(t, now.cpus == uint64_t{1} << only || t.decided(),
                 "unbound workqueues may use CPU %u, and a new rescuer, of %s workqueue, the CPUs %llx", only,
                 flags ? "an unbound" : "a per-CPU", static_cast<unsigned long long>(now.cpus));
        }
    }
};

struct NewOneWhileAway {
    static constexpr Promise kPromise = {
        363,
        "",
        "rescuer.new-one-while-a-cpu-is-away",
        "The rescuer of an unbound workqueue that is made while one of the CPUs of unbound ones is away may run on "
        "those only, that CPU among them",
        "kernel/workqueue.c: init_rescuer()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kStepIgnored};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, starts_at_home(t), "before Linux 6.9 it may run anywhere");
        const uint64_t before = unbound_cpus(t);
        // Another one is to be left out.
        SKIP_UNLESS(t, has_two(before & (before - 1)), "unbound workqueues may use two CPUs");
        const uint32_t gone = second_of(before);
        const uint64_t two = uint64_t{1} << first_of(before) | uint64_t{1} << gone;
        UnboundCpus cpus(t);
        if (!cpus.write_mask(two))
            return;
        CpuAway away(t, gone);
        if (t.decided())
            return;
        // Attributes that are applied might bind it anew.
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_MEM_RECLAIM, .is_private = false});
        const Rescuer now = t.decided() ? Rescuer() : rescuer_of(t, wq);
        WANT(t, now.cpus == two || t.decided(),
             "unbound workqueues may use the CPUs %llx, of which %u is away, and a new rescuer %llx",
             static_cast<unsigned long long>(two), gone, static_cast<unsigned long long>(now.cpus));
    }
};

struct GoesHome {
    static constexpr Promise kPromise = {
        285,
        "",
        "rescuer.goes-home",
        "A rescuer may run on its CPU only while it helps one, also when the CPUs of unbound workqueues change "
        "meanwhile; afterwards, and until the next time, where unbound workers may",
        "kernel/workqueue.c: worker_attach_to_pool(), worker_detach_from_pool(), unbind_worker(), "
        "workqueue_apply_unbound_cpumask()",
        WQLAB_CHECK_MEMORY,
        Fault::kQueueElsewhere};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        SKIP_UNLESS(t, goes_home(t), "before Linux 6.11 it stays where it was");
        const uint64_t allowed = unbound_cpus(t);
        if (!allowed)
            return;
        Distress distress(t);
        const uint64_t bit = uint64_t{1} << distress.cpu;
        SKIP_UNLESS(t, allowed & ~bit, "unbound workqueues may use CPU %u only", distress.cpu);
        TestItem& item = t.item("the item to rescue", TestItem::Body::kGate);
        if (t.decided())
            return;
        item.queue_on(distress.saved, distress.cpu);
        AWAIT(t, item.started() == 1, "the rescuer to run an item");
        if (!is_rescued(t, item))
            return;
        const Rescuer there = rescuer_of(t, distress.saved);
        WANT(t, there.cpus == bit || t.decided(), "while it helps CPU %u it may run on CPUs %llx", distress.cpu,
             static_cast<unsigned long long>(there.cpus));
        // For other CPUs pools are made, and those need threads.
        distress.end();
        if (allowed & bit && has_two(allowed)) {
            UnboundCpus cpus(t);
            if (t.decided() || !cpus.write_mask(allowed & ~bit))
                return;
            const Rescuer still = rescuer_of(t, distress.saved);
            WANT(t, still.cpus == bit || t.decided(),
                 "unbound workqueues may not use CPU %u any more, and a rescuer that helps it may run on CPUs %llx",
                 distress.cpu, static_cast<unsigned long long>(still.cpus));
        }
        item.open();
        AWAIT(t, item.ended() == 1, "the item to end");
        AWAIT(t, t.decided() || rescuer_of(t, distress.saved).is_idle, "the rescuer to be idle");
        const Rescuer home = t.decided() ? Rescuer() : rescuer_of(t, distress.saved);
        WANT(t, home.cpus & ~bit || t.decided(), "it has helped CPU %u, is idle, and may still run there only",
             distress.cpu);
        WANT(t, (home.cpus & allowed) == allowed || t.decided(),
             "it has helped CPU %u, is idle, and may run on CPUs %llx, unbound workers on %llx", distress.cpu,
             static_cast<unsigned long long>(home.cpus), static_cast<unsigned long long>(allowed));
    }
};

// Warnings of who brings a CPU back, whichever of its functions the compiler put them into.
class WarningsOfOnline {
public:
    void see(const LogLine& line)
    {
        if (line.has("[ cut here ]"))
            writer_ = line.writer;
        else if (line.writer == writer_ && line.has("[ end trace"))
            writer_ = 0;
        else if (line.writer == writer_ && line.has("workqueue_online_cpu+"))
            __atomic_add_fetch(&count_, 1, __ATOMIC_RELAXED);
    }
    uint32_t ours() const { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }

private:
    uintptr_t writer_ = 0;  // who prints a warning: others' reports may name that function, too
    uint32_t count_ = 0;
};

struct HelpsWhoIsAway {
    static constexpr Promise kPromise = {
        286,
        "",
        "rescuer.helps-who-is-away",
        "When no worker can be made for what is queued for a CPU that is away the rescuer runs it elsewhere; if the "
        "CPU comes back in the middle of that, the rescuer may from then on run there only, until it has done",
        "kernel/workqueue.c: worker_attach_to_pool(), rebind_workers(), worker_detach_from_pool()",
        WQLAB_CHECK_MEMORY | WQLAB_CHECK_HOTPLUG,
        Fault::kQueueElsewhere};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        const uint64_t bit = uint64_t{1} << cpu;
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, t.decided() || allowed & ~bit, "unbound workqueues may use CPU %u only", cpu);
        Queue& plain = t.queue({.max_active = 512});
        Queue& saved = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM});
        TestItem& item = t.item("the item to rescue", TestItem::Body::kGate);
        TestItem& after = t.item("an item when the CPU is back");
        if (t.decided())
            return;
        CpuAway away(t, cpu);
        {
            // A CPU that comes back may need threads: it is scarce no longer by then.
            NoNewThreads scarce(t);
            if (t.decided() || !use_up_workers(t, plain, cpu))
                return;
            item.queue_on(saved, cpu);
            AWAIT(t, item.started() == 1, "the rescuer to run an item of a CPU that is away");
        }
        if (t.decided() || !is_rescued(t, item))
            return;
        WANT(t, item.last().cpu != cpu, "it ran on CPU %u, which is away", cpu);
        const Rescuer meanwhile = rescuer_of(t, saved);
        WANT(t, meanwhile.cpus & ~bit || t.decided(), "while it helps CPU %u, which is away, it may run there only",
             cpu);
        // Whatever is wrong with a worker that is bound again is told by who brings the CPU back.
        const LogListener<WarningsOfOnline> warned;
        away.back();
        if (t.decided())
            return;
        WANT(t, !warned.heard().ours(), "when CPU %u, which it helps, came back the kernel warned, see its log", cpu);
        const Rescuer back = rescuer_of(t, saved);
        WANT(t, back.cpus == bit || t.decided(), "CPU %u, which it helps, is back, and it may run on CPUs %llx", cpu,
             static_cast<unsigned long long>(back.cpus));
        item.open();
        AWAIT(t, item.ended() == 1, "the item to end");
        AWAIT(t, t.decided() || rescuer_of(t, saved).is_idle, "the rescuer to be idle");
        const Rescuer home = t.decided() ? Rescuer() : rescuer_of(t, saved);
        WANT(t, !goes_home(t) || home.cpus & ~bit || t.decided(), "it is idle, and may still run on CPU %u only", cpu);
        after.queue_on(saved, cpu);
        AWAIT(t, after.ended() == 1, "an item of the CPU that is back to run");
        WANT(t, after.last().cpu == cpu, "CPU %u is back, and an item of it ran on CPU %u", cpu, after.last().cpu);
    }
};

constexpr Check kAll[] = {
    check_of<RescuerAffinity>(), check_of<NewOneIsBounded>(), check_of<NewOneWhileAway>(),
    check_of<GoesHome>(),        check_of<HelpsWhoIsAway>(),
};

}  // namespace rescuer_cpus

constinit const Group kRescuerCpuChecks = group_of("reclaim", rescuer_cpus::kAll);

}  // namespace wqlab
