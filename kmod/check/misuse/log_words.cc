// SPDX-License-Identifier: GPL-2.0
// What the log says of a busy workqueue, word by word.
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"
#include "../scenes/threshold.hh"
#include "show_workqueue.hh"

namespace wqlab {

namespace log_words {

struct PoolOfEachKind {
    static constexpr Promise kPromise = {
        298,
        "",
        "log.pool-of-each-kind",
        "What the log says of the pool of a busy workqueue is right, whether per-CPU, highpri, unbound or BH: its "
        "number, CPUs, node, flags, and its nice value or that it is one of BH",
        "kernel/workqueue.c: show_pwq(), pr_cont_pool_info(), pr_cont_worker_id()",
        0,
        Fault::kLogIsSilent};

    static constexpr uint32_t kSections = WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES;

    struct Kind {
        const char* name;
        uint32_t flags;
        const char* scope;
    };
    static constexpr Kind kKinds[] = {
        {"a per-CPU", 0, nullptr},
        {"a highpri", WQLAB_WQ_HIGHPRI, nullptr},
        {"an unbound", WQLAB_WQ_UNBOUND, "system"},
        {"a BH", WQLAB_WQ_BH, nullptr},
        {"a highpri BH", WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI, nullptr},
    };

    // A mask as the kernel prints one: "0-3,8".
    static void list(const Snapshot& now, uint32_t mask, char (&text)[256])
    {
        Text out(text);
        const char* comma = "";
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            if (!now.masks.has(mask, cpu))
                continue;
            uint32_t last = cpu;
            while (now.masks.has(mask, last + 1))
                last++;
            out.add(comma).add(cpu);
            if (last != cpu)
                out.add("-").add(last);
            comma = ",";
            cpu = last;
        }
    }

    // What it ought to say, up to the flags' end.
    static bool words_of(Trial& t, const Queue& wq, uint32_t cpu, char (&words)[384])
    {
        const Snapshot* now = t.snapshot(kSections);
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, wq, cpu) : nullptr;
        if (!pool || pool->cpus == WQLAB_NONE) {
            t.skip("the snapshot does not show the pool of the check's own workqueue");
            return false;
        }
        char cpus[256], node[16] = "";
        list(*now, pool->cpus, cpus);
        if (__builtin_strlen(cpus) + 1 == sizeof(cpus)) {
            t.skip("the CPUs of a pool are too many words");
            return false;
        }
        if (pool->node >= 0)
            wqlab_format(node, sizeof(node), " node=%d", pool->node);
        const int32_t nice = pool->nice;
        const int length = wqlab_format(words, sizeof(words), "  pwq %d: cpus=%s%s flags=0x%x", pool->id, cpus, node,
                                        pool->raw_flags);
        char* const rest = words + length;
        const size_t room = sizeof(words) - static_cast<size_t>(length);
        if (pool->flags & WQLAB_POOL_BH)
            wqlab_format(rest, room, " bh%s active=", nice == -20 ? "-hi" : "");
        else
            wqlab_format(rest, room, " nice=%d active=", nice);
        return true;
    }

    // Others come and go: what it says is judged when all was the same before and after. A flag may have been set and
    // cleared in between, so what is wrong is wrong several times.
    static void judge(Trial& t, Shower& shower, const Kind& kind, uint32_t cpu)
    {
        constexpr uint32_t kRounds = 10, kWrong = 4;
        uint32_t wrong = 0;
        const bool is_bh = kind.flags & WQLAB_WQ_BH;
        Queue& wq = t.queue({.flags = kind.flags, .scope = kind.scope});
        for (uint32_t i = 0; i < kRounds && !t.decided(); i++) {
            // What spins as a BH item ends by itself.
            TestItem& item = t.item("the item", is_bh ? TestItem::Body::kSpin : TestItem::Body::kGate);
            kernel::queue_on(t, wq, item, static_cast<int>(cpu));
            AWAIT(t, item.started() == 1, "the item to start");
            char before[384], after[384];
            if (!words_of(t, wq, cpu, before))
                return;
            const char* said = shower.show(wq);
            const bool is_same = words_of(t, wq, cpu, after) && same_text(before, after) && item.running();
            item.open();
            AWAIT(t, item.ended() == 1, "the item to end");
            wq.flush();
            if (!is_same || t.decided() || (!find_in(said, before) && ++wrong < kWrong))
                continue;
            WANT(t, find_in(said, before), "of %s workqueue it was not said that \"%s\"", kind.name, before);
            const char* const runs = find_in(said, "    in-flight: ");
            char worker[48];
            if (is_bh)
                wqlab_format(worker, sizeof(worker), "bh%s:wqlab_test_item",
                             kind.flags & WQLAB_WQ_HIGHPRI ? "-hi" : "");
            else
                wqlab_format(worker, sizeof(worker), "%d:wqlab_test_item", item.last().pid);
            WANT(t, runs && opens_with(runs + 15, worker), "of %s workqueue it was not said that \"%s\" runs",
                 kind.name, worker);
            return;
        }
        if (!t.decided())
            t.note("the pool of %s workqueue was changed by others each time", kind.name);
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Shower shower(t);
        // While a BH item runs nobody else does on its CPU.
        const bool has_bh = !(wqlab_lacks() & WQLAB_LACK_BH) && cpu != t.first_cpu();
        for (const Kind& kind : kKinds) {
            const bool is_bh = kind.flags & WQLAB_WQ_BH;
            if (t.decided())
                return;
            if (is_bh && !has_bh)
                continue;
            wqlab_move_to(t.first_cpu());
            judge(t, shower, kind, cpu);
        }
    }
};

struct ItemsOfAWorkqueue {
    static constexpr Promise kPromise = {
        299,
        "",
        "log.items-of-a-workqueue",
        "What the log says of a busy workqueue's items is right: which worker runs one, for how many seconds, how many "
        "are pending and held back in a row, and behind which of them who waits in flush_work(), by his number",
        "kernel/workqueue.c: show_pwq(), pr_cont_work(), pr_cont_work_flush(), pr_cont_worker_id()",
        0,
        Fault::kLogIsSilent};

    // At the end, and before the log is let go of: that waits for RCU, which may wait for items of this CPU.
    struct Opened {
        const Items& items;
        uint32_t n;
        ~Opened()
        {
            for (uint32_t i = 0; i < n; i++)
                items[i]->open();
        }
    };

    // Behind " for 12s", if that is there.
    static const char* seconds(const char* at, int64_t& value)
    {
        value = -1;
        if (!opens_with(at, " for "))
            return at;
        const char* digit = at + 5;
        for (value = 0; *digit >= '0' && *digit <= '9'; digit++)
            value = value * 10 + (*digit - '0');
        return opens_with(digit, "s") ? digit + 1 : at;
    }

    static void run(Trial& t)
    {
        // One runs, three are pending, two are held back.
        constexpr uint32_t kActive = 4, kItems = 6;
        const uint64_t hz = wqlab_hz();
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        const Threshold off(t, 0);
        // Of a pool with next to nothing to do, whose worker has been idle for longer than the seconds are apart.
        const bool is_quiet = cpu != t.first_cpu();
        Queue& wq = t.queue({.flags = is_quiet ? uint32_t{WQLAB_WQ_HIGHPRI} : 0, .max_active = kActive});
        TestItem& before = t.item("an item before all");
        before.queue_on(wq, cpu);
        AWAIT(t, before.ended() == 1, "an item to run");
        AWAIT(t, !is_quiet || wqlab_jiffies() - before.last().jiffies > hz + hz / 4,
              "its worker to be idle for some time");
        Shower shower(t);
        if (t.decided())
            return;
        const Items items = t.items(kItems, "an item", TestItem::Body::kSpin);
        const Opened opened{items, kItems};
        const uint64_t began = wqlab_jiffies();
        kernel::queue_on(t, wq, *items[0], static_cast<int>(cpu));
        AWAIT(t, items[0]->started() == 1, "the item that spins to start");
        const uint64_t runs_since = items[0]->last().jiffies;
        for (uint32_t i = 1; i < kItems; i++)
            kernel::queue_on(t, wq, *items[i], static_cast<int>(cpu));
        const int elsewhere = static_cast<int>(t.first_cpu());
        TestItem &running = *items[0], &pending = *items[2];
        Actor& of_running = t.actor("who flushes what runs", elsewhere,
                                    [&t, &running] { kernel::flush_work(t, running); });
        Actor& of_pending = t.actor("who flushes what is pending", elsewhere,
                                    [&t, &pending] { kernel::flush_work(t, pending); });
        AWAIT(t, t.decided() || (sleeps_behind_barrier(t, of_running) && sleeps_behind_barrier(t, of_pending)),
              "threads to wait in flush_work()");
        // So that the seconds are not 0.
        AWAIT(t, wqlab_jiffies() - runs_since > hz + hz / 4, "a second to pass");
        const uint64_t first = wqlab_jiffies();
        const char* const said = shower.show(wq);
        const uint64_t last = wqlab_jiffies();
        if (t.decided())
            return;
        char words[128];
        wqlab_format(words, sizeof(words), "    in-flight: %d:wqlab_test_item [wqlab]", running.last().pid);
        const char* at = find_in(said, words);
        WANT(t, at, "it was not said that \"%s\"", words);
        int64_t value;
        at = seconds(at + __builtin_strlen(words), value);
        WANT(t,
             value < 0 || (value >= static_cast<int64_t>((first - runs_since) / hz) &&
                           value <= static_cast<int64_t>((last - began) / hz)),
             "of an item that has run for %u s it was said that it has for %d s",
             static_cast<uint32_t>((last - began) / hz), static_cast<int>(value));
        wqlab_format(words, sizeof(words), " BAR(%d)    pending: 2*wqlab_test_item [wqlab] BAR(%d), wqlab_test_item",
                     of_running.pid(), of_pending.pid());
        WANT(t, opens_with(at, words), "behind what runs it was said \"%.100s\", not \"%s\"", at, words);
        WANT(t, find_in(at, "    inactive: 2*wqlab_test_item [wqlab]"), "behind what is pending it was said \"%.100s\"",
             at + __builtin_strlen(words));
    }
};

constexpr Check kAll[] = {
    check_of<PoolOfEachKind>(),
    // Before 6.3 they were not counted.
    check_of<ItemsOfAWorkqueue>(WQLAB_LACK_SCOPES),
};

}  // namespace log_words

constinit const Group kLogWordsChecks = group_of("misuse", log_words::kAll);

}  // namespace wqlab
