// SPDX-License-Identifier: GPL-2.0
// What becomes of workqueues when CPUs are taken for something else.
#include "../../glue/cpu.h"
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/cpu_away.hh"
#include "../scenes/look.hh"
#include "../scenes/pool_cpus.hh"
#include "../scenes/scarce_threads.hh"
#include "../scenes/unbound_cpus.hh"
#include "../scenes/worker_cpus.hh"

namespace wqlab {

namespace housekeeping {

constexpr uint32_t kWords = 128;  // of the largest mask that a kernel may have
constexpr uint64_t kEach = ~uint64_t{0};

// Tells the kernel which CPUs are for housekeeping, as a cgroup's isolated partition does, until the end: then all are.
class Housekeeping {
public:
    Housekeeping(Trial& trial, uintptr_t function)
        : trial_(trial), function_(function), mask_(trial.own<uint64_t, kWords>())
    {
    }
    Housekeeping(const Housekeeping&) = delete;
    ~Housekeeping()
    {
        int result = 0;
        const auto are_all_again = [&] { return tell(kEach, kEach, result) && result == lie(); };
        if (changed_ && !trial_.wait(are_all_again, "all CPUs to be for housekeeping again"))
            trial_.fail("some CPUs are not for housekeeping any more");
    }

    // Of the first 64; with 0 none is at all. False: it was not called.
    bool set(uint64_t cpus, int& result)
    {
        changed_ = true;
        return tell(cpus, cpus ? kEach : 0, result);
    }

private:
    bool tell(uint64_t first, uint64_t others, int& result)
    {
        unsigned long said = 0;
        if (!mask_)
            return false;
        mask_[0] = first;
        for (uint32_t i = 1; i < kWords; i++)
            mask_[i] = others;
        const bool called = wqlab_call(function_, reinterpret_cast<unsigned long>(mask_), 0, 0, &said);
        result = static_cast<int>(said) + lie();
        return called;
    }
    int lie() const { return trial_.has_fault(Fault::kResultLies) ? 1 : 0; }

    Trial& trial_;
    const uintptr_t function_;
    uint64_t* const mask_;
    bool changed_ = false;
};

// The first 64, of wq_isolated_cpumask.
inline uint64_t isolated_cpus(Trial& t)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_SCOPES);
    return now && now->head.isolated_cpus != WQLAB_NONE
               ? now->masks.words()[now->head.isolated_cpus * now->masks.words_each()]
               : 0;
}

// Those of these CPUs that unbound workqueues may use, which may be none.
inline uint64_t in_force(Trial& t, uint64_t of)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_SCOPES);
    return now && now->head.unbound_cpus != WQLAB_NONE
               ? now->masks.words()[now->head.unbound_cpus * now->masks.words_each()] & of
               : 0;
}

struct IsolatedAreLeftAlone {
    static constexpr Promise kPromise = {
        202,
        "",
        "attrs.isolated-cpus-are-left-alone",
        "Unbound items leave a CPU that is not for housekeeping any more; if none would be left they may use what was "
        "asked for; the masks in sysfs say so, and what was asked for stays; told the same again no workqueue changes",
        "kernel/workqueue.c: workqueue_unbound_housekeeping_update(), workqueue_apply_unbound_cpumask()",
        0,
        Fault::kResultLies};

    static void run(Trial& t)
    {
        constexpr const char* kRequested = "/sys/devices/virtual/workqueue/cpumask_requested";
        const uintptr_t function = wqlab_symbol("workqueue_unbound_housekeeping_update");
        SKIP_UNLESS(t, function, "this kernel does not show workqueue_unbound_housekeeping_update()");
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        SKIP_UNLESS(t, isolated_cpus(t) == 0, "some CPUs are isolated");
        SKIP_UNLESS(t, t.read(kRequested) == 0, "%s can't be read", kRequested);
        char* const requested = t.own<char, WQLAB_STEP_TEXT_LEN>();
        if (!requested)
            return;
        __builtin_memcpy(requested, t.text(), WQLAB_STEP_TEXT_LEN);
        const uint32_t cpu = first_of(allowed);
        const uint64_t bit = uint64_t{1} << cpu;
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system"});
        Housekeeping all(t, function);
        const struct {
            uint64_t housekeeping, unbound;
            bool isolates;
        } steps[] = {{~bit, allowed & ~bit, true}, {0, allowed, true}, {kEach, allowed, false}};
        for (const auto& step : steps) {
            int result = 0;
            SKIP_UNLESS(t, all.set(step.housekeeping, result), "kprobes are disarmed, so the kernel can't be called");
            WANT(t, result == 0, "it returned %d", result);
            const uint64_t now = in_force(t, allowed), isolated = isolated_cpus(t);
            WANT(t, now == step.unbound, "of the CPUs %llx with %llx for housekeeping, unbound items may use %llx",
                 static_cast<unsigned long long>(allowed), static_cast<unsigned long long>(step.housekeeping),
                 static_cast<unsigned long long>(now));
            WANT(t, ((isolated & bit) != 0) == step.isolates && !(isolated & step.housekeeping),
                 "with %llx for housekeeping, %llx are isolated", static_cast<unsigned long long>(step.housekeeping),
                 static_cast<unsigned long long>(isolated));
            WANT(t, t.read(kRequested) == 0 && same_text(t.text(), requested), "%s says %s, and not %s", kRequested,
                 t.text(), requested);
            TestItem& item = t.item("an item");
            item.queue_on(wq, cpu);
            AWAIT(t, item.ended() == 1, "an item to run");
            WANT(t, (item.last().cpus & allowed) == step.unbound, "a worker may use %llx, not %llx",
                 static_cast<unsigned long long>(item.last().cpus), static_cast<unsigned long long>(step.unbound));
        }
        if (!t.kernel().has(Field::kPwqStats))
            return;
        // What replaces what an item was counted by has counted none.
        const uint64_t counted = stat_of_cpu(t, wq, cpu, WQLAB_PWQ_STAT_STARTED);
        int result = 0;
        SKIP_UNLESS(t, all.set(kEach, result), "kprobes are disarmed, so the kernel can't be called");
        const uint64_t still = stat_of_cpu(t, wq, cpu, WQLAB_PWQ_STAT_STARTED);
        WANT(t, t.decided() || (result == 0 && counted && still >= counted),
             "told the same again it returned %d, and of %u items the workqueue has counted %u", result,
             static_cast<uint32_t>(counted), static_cast<uint32_t>(still));
    }
};

struct AskedForMeanwhile {
    static constexpr Promise kPromise = {
        442,
        "",
        "attrs.asked-for-while-some-are-isolated",
        "While a CPU is not for housekeeping unbound workqueues may use what was asked for, less that one; what is "
        "asked for then counts as it is, also with that one, and is remembered, also if it is in force already",
        "kernel/workqueue.c: workqueue_unbound_housekeeping_update(), workqueue_set_unbound_cpumask()",
        0,
        Fault::kResultLies};

    // Of the first 32 CPUs, at least one. False: the file says something else. Masks have leading zeros.
    static bool says(Trial& t, const char* name, uint64_t mask)
    {
        char path[64], wanted[16];
        wqlab_format(path, sizeof(path), "/sys/devices/virtual/workqueue/%s", name);
        wqlab_format(wanted, sizeof(wanted), "%x\n", static_cast<uint32_t>(mask));
        if (t.ask(WQLAB_STEP_READ, path, ""))
            return false;
        const char* text = t.text();
        while (*text == '0' || *text == ',')
            text++;
        return same_text(text, wanted);
    }

    static void run(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("workqueue_unbound_housekeeping_update");
        SKIP_UNLESS(t, function, "this kernel does not show workqueue_unbound_housekeeping_update()");
        const uint64_t allowed = unbound_cpus(t);
        const uint64_t isolated = allowed & -allowed, rest = allowed & ~isolated, few = rest & (rest - 1);
        SKIP_UNLESS(t, few && wqlab_nr_cpus() <= 32, "unbound workqueues may use one or two CPUs, or there are many");
        SKIP_UNLESS(t, isolated_cpus(t) == 0, "some CPUs are isolated");
        UnboundCpus masks(t);
        Housekeeping all(t, function);
        // What is asked for, or 0 if something else changes: then the CPUs that are for housekeeping.
        const struct {
            uint64_t asked, housekeeping, unbound, requested;
        } steps[] = {{few | isolated, 0, few | isolated, few | isolated},
                     {0, ~isolated, few, few | isolated},
                     {allowed, 0, allowed, allowed},
                     {0, ~isolated, rest, allowed},
                     {rest, 0, rest, rest},
                     {0, kEach, rest, rest}};
        for (const auto& step : steps) {
            int result = 0;
            if (step.asked && !masks.write_mask(step.asked))
                return;
            SKIP_UNLESS(t, step.asked || all.set(step.housekeeping, result),
                        "kprobes are disarmed, so the kernel can't be called");
            WANT(t, result == 0, "it returned %d", result);
            WANT(t, says(t, "cpumask_requested", step.requested),
                 "of the CPUs %llx %llx were asked for, and it says %s", static_cast<unsigned long long>(allowed),
                 static_cast<unsigned long long>(step.requested), t.text());
            WANT(t, step.housekeeping != ~isolated || says(t, "cpumask_isolated", isolated),
                 "%llx is isolated, and it says %s", static_cast<unsigned long long>(isolated), t.text());
            WANT(t, says(t, "cpumask", step.unbound),
                 "of the CPUs %llx, with %llx asked for, unbound ones may use %llx, and not %s",
                 static_cast<unsigned long long>(allowed), static_cast<unsigned long long>(step.requested),
                 static_cast<unsigned long long>(step.unbound), t.text());
        }
    }
};

struct RefusedWithoutAWorker {
    static constexpr Promise kPromise = {
        403,
        "",
        "attrs.isolated-cpus-refused-without-a-worker",
        "CPUs that are not for housekeeping any more, for which some unbound workqueue would need a pool that no "
        "worker can be made for, are refused with ENOMEM: neither who may use them nor what is said to be isolated "
        "changes",
        "kernel/workqueue.c: workqueue_unbound_housekeeping_update(), workqueue_apply_unbound_cpumask()",
        WQLAB_CHECK_MEMORY,
        Fault::kResultLies};

    static void run(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("workqueue_unbound_housekeeping_update");
        SKIP_UNLESS(t, function, "this kernel does not show workqueue_unbound_housekeeping_update()");
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        SKIP_UNLESS(t, isolated_cpus(t) == 0, "some CPUs are isolated");
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        if (t.decided())
            return;
        const uint64_t rest = allowed & (allowed - 1);
        Housekeeping all(t, function);
        int result = 0;
        uint64_t now, isolated;
        {
            const NoNewThreads scarce(t);
            if (t.decided())
                return;
            SKIP_UNLESS(t, all.set(~(allowed & -allowed), result),
                        "kprobes are disarmed, so the kernel can't be called");
            now = unbound_cpus(t);
            isolated = isolated_cpus(t);
        }
        // What is taken is so for each workqueue.
        const uint64_t used = !result && now == rest ? cpus_of_pool(t, wq, first_of(rest), allowed, rest) : 0;
        WANT(t, !used || used == rest, "unbound workqueues may use %llx without an error, and a pool has %llx",
             static_cast<unsigned long long>(now), static_cast<unsigned long long>(used));
        SKIP_UNLESS(t, result || now == allowed, "threads ended meanwhile");
        WANT(t, result == -number(Errno::kNoMemory), "it returned %d, and unbound workqueues may use %llx of %llx",
             result, static_cast<unsigned long long>(now), static_cast<unsigned long long>(allowed));
        WANT(t, now == allowed, "what was refused took CPUs from unbound workqueues, which may use %llx of %llx",
             static_cast<unsigned long long>(now), static_cast<unsigned long long>(allowed));
        WANT(t, isolated == 0, "what was refused is isolated: CPUs %llx", static_cast<unsigned long long>(isolated));
    }
};

struct WorkersOfOneAwayFollow {
    static constexpr Promise kPromise = {
        203,
        "",
        "hotplug.workers-of-one-away-follow",
        "Workers of a CPU that is away may run where unbound workqueues may, and (7.x) go on to, if that is changed "
        "meanwhile; when the CPU is back they are on it again, and nowhere else",
        "kernel/workqueue.c: unbind_worker(), workqueue_apply_unbound_cpumask(), rebind_workers()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kStepIgnored};

    static void judge(Trial& t, uint32_t flags, uint32_t cpu, uint64_t others)
    {
        const uint64_t bit = uint64_t{1} << cpu;
        Queue& wq = t.queue({.flags = flags});
        TestItem& item = t.item("an item", TestItem::Body::kGate);
        item.queue_on(wq, cpu);
        AWAIT(t, item.started() == 1, "an item to start");
        const int32_t pid = item.last().pid;
        UnboundCpus masks(t);
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        const uint64_t left = cpus_of_worker(t, pid);
        WANT(t, !left || (left & others) == others, "let go of, its worker may run on %llx",
             static_cast<unsigned long long>(left));
        const uint64_t one = uint64_t{1} << second_of(others);
        if (!masks.write_mask(one))
            return;
        const uint64_t now = cpus_of_worker(t, pid);
        WANT(t, now == one, "unbound workqueues may use %llx, and a worker of a CPU that is away %llx",
             static_cast<unsigned long long>(one), static_cast<unsigned long long>(now));
        away.back();
        const uint64_t back = cpus_of_worker(t, pid);
        WANT(t, back == bit, "CPU %u is back, and its worker may run on %llx", cpu,
             static_cast<unsigned long long>(back));
        item.open();
        AWAIT(t, item.ended() == 1, "the item to end");
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use fewer than three CPUs");
        // None of the first ones, which the kernel might mean by mistake.
        const uint32_t cpu = last_of(allowed);
        const uint64_t bit = uint64_t{1} << cpu, others = allowed & ~bit;
        SKIP_UNLESS(t, has_two(others), "unbound workqueues may use fewer than three CPUs");
        SKIP_UNLESS(t, wqlab_since_7_1(), "before Linux 7.1 they stay where they were let go");
        for (const uint32_t flags : {uint32_t{0}, uint32_t{WQLAB_WQ_HIGHPRI}})
            if (!t.decided())
                judge(t, flags, cpu, others);
    }
};

struct WorkersMadeWhileAway {
    static constexpr Promise kPromise = {
        207,
        "",
        "hotplug.workers-made-while-away",
        "Workers that a CPU's pool makes while that is away may run where unbound workqueues may, and are not "
        "managed; when it is back they are on that CPU alone, and managed as any",
        "kernel/workqueue.c: worker_attach_to_pool(), rebind_workers(), unbind_workers()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kQueueElsewhere};

    static constexpr uint32_t kItems = 6;

    struct Worker {
        uint64_t cpus = 0;
        uint32_t flags = 0;
        bool is_there = false;
    };

    static Worker worker_of(Trial& t, const TestItem& item)
    {
        Worker found;
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
        for (uint32_t i = 0; now && i < now->workers.size(); i++)
            if (now->workers[i].pid == item.last().pid)
                found = {now->workers[i].cpus == WQLAB_NONE
                             ? 0
                             : now->masks.words()[now->workers[i].cpus * now->masks.words_each()],
                         now->workers[i].flags, true};
        return found;
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const uint32_t cpu = second_of(allowed);
        const uint64_t bit = uint64_t{1} << cpu, others = allowed & ~bit;
        Queue& wq = t.queue();
        const Items items = t.items(kItems, "an item that sleeps", TestItem::Body::kGate);
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->queue_on(wq, cpu);
        AWAIT(t, started(items, kItems) == kItems, "items of a CPU that is away to start");
        for (uint32_t i = 0; i < kItems; i++) {
            const Worker worker = worker_of(t, *items[i]);
            WANT(t, worker.is_there || t.decided(), "an item of a CPU that is away ran in no worker");
            WANT(t, t.decided() || ((worker.cpus & others) == others && worker.flags & WQLAB_WORKER_UNBOUND),
                 "while CPU %u is away a worker of its may run on %llx, and has the flags %x", cpu,
                 static_cast<unsigned long long>(worker.cpus), worker.flags);
        }
        away.back();
        for (uint32_t i = 0; i < kItems && !t.decided(); i++) {
            const Worker worker = worker_of(t, *items[i]);
            WANT(t, t.decided() || worker.cpus == bit, "CPU %u is back, and a worker of its may run on %llx", cpu,
                 static_cast<unsigned long long>(worker.cpus));
        }
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->open();
        wq.flush();
        const Items again = t.items(kItems, "an item again", TestItem::Body::kGate);
        for (uint32_t i = 0; i < kItems; i++)
            again[i]->queue_on(wq, cpu);
        AWAIT(t, started(again, kItems) == kItems, "items to start when the CPU is back");
        for (uint32_t i = 0; i < kItems && !t.decided(); i++) {
            const Worker worker = worker_of(t, *again[i]);
            // REBOUND goes when it next sleeps, which it need not have done.
            WANT(t, t.decided() || (worker.cpus == bit && !(worker.flags & WQLAB_WORKER_UNBOUND)),
                 "a worker of CPU %u, which is back, may run on %llx, and has the flags %x", cpu,
                 static_cast<unsigned long long>(worker.cpus), worker.flags);
        }
    }
};

constexpr Check kAll[] = {
    check_of<IsolatedAreLeftAlone>(),   check_of<AskedForMeanwhile>(),    check_of<RefusedWithoutAWorker>(),
    check_of<WorkersOfOneAwayFollow>(), check_of<WorkersMadeWhileAway>(),
};

}  // namespace housekeeping

constinit const Group kHousekeepingChecks = group_of("attributes", housekeeping::kAll);

}  // namespace wqlab
