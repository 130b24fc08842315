// SPDX-License-Identifier: GPL-2.0
// What workers are called.
#include "../../glue/cpu.h"
#include "../../glue/text.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace worker_names {

struct WorkerNames {
    static constexpr Promise kPromise = {64,
                                         "",
                                         "worker.names",
                                         "Workers are called kworker/CPU:N, with H when highpri, kworker/uPOOL:N when "
                                         "unbound, and kworker/R-NAME when rescuers",
                                         "kernel/workqueue.c: format_worker_id()",
                                         0,
                                         Fault::kWorkerLies};

    struct Asked {
        TestItem* item;
        uint32_t cpu;
        bool is_highpri, is_unbound;
    };

    // A task's name has room for 15.
    static bool is_cut(const char* name, const char* whole)
    {
        char cut[16] = {};
        Text(cut).add(whole);
        return same_text(name, cut);
    }

    // While it runs its item. What /proc says is made of the worker anew, and of its task's name in older kernels.
    static void judge(Trial& t, const Execution& runs, const char* name)
    {
        WANT(t, is_cut(runs.command, name), "the task of worker %s is called %s", name, runs.command);
        char path[48], wanted[48];
        wqlab_format(path, sizeof(path), "/proc/%d/comm", runs.pid);
        SKIP_UNLESS(t, t.read(path) == 0, "%s can't be read", path);
        wqlab_format(wanted, sizeof(wanted), "%s+wqlab-c64\n", name);
        const bool is_whole = same_text(t.text(), wanted);
        wqlab_format(wanted, sizeof(wanted), "%.15s+wqlab-c64\n", name);
        WANT(t, is_whole || same_text(t.text(), wanted), "with an item of wqlab-c64 worker %s is called %s", name,
             t.text());
    }

    static void judge_rescuer(Trial& t, const Queue& saved)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS);
        const wqlab_snap_workqueue* row = now ? row_of(*now, saved) : nullptr;
        SKIP_UNLESS(t, (row && row->rescuer_pid > 0) || t.decided(), "a rescuer can't be seen");
        if (t.decided())
            return;
        char path[48];
        wqlab_format(path, sizeof(path), "/proc/%d/comm", row->rescuer_pid);
        SKIP_UNLESS(t, t.read(path) == 0, "%s can't be read", path);
        // Before 6.9 it was called as its workqueue; and it may not have run yet.
        WANT(t,
             same_text(t.text(), "kworker/R-wqlab-saved\n") || same_text(t.text(), "kworker/R-wqlab\n") ||
                 same_text(t.text(), "wqlab-saved\n"),
             "the rescuer of wqlab-saved is called %s", t.text());
    }

    static void run(Trial& t)
    {
        const uint32_t first = t.first_cpu();
        uint32_t last = first;
        for (uint32_t cpu = first; cpu < wqlab_nr_cpus(); cpu++)
            last = wqlab_cpu_online(cpu) ? cpu : last;
        Queue& plain = t.queue();
        Queue& highpri = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        Queue& unbound = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system"});
        Queue& saved = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM, .name = "wqlab-saved"});
        // Three on the unbound one, whose pool is new: its workers' numbers are not all 0.
        constexpr uint32_t kItems = 7;
        const Items items = t.items(kItems, "an item", TestItem::Body::kGate);
        const Asked asked[] = {{items[0], first, false, false}, {items[1], first, true, false},
                               {items[2], last, false, false},  {items[3], last, true, false},
                               {items[4], first, false, true},  {items[5], first, false, true},
                               {items[6], first, false, true}};
        for (const Asked& one : asked)
            one.item->queue_on(one.is_unbound ? unbound : one.is_highpri ? highpri : plain, one.cpu);
        AWAIT(t, started(items, kItems) == kItems, "the items to start");
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK |
                                         WQLAB_SECTION_RESCUERS);
        uint32_t judged = 0;
        for (const Asked& one : asked) {
            const Execution& runs = one.item->last();
            for (uint32_t i = 0; now && i < now->workers.size() && !t.decided(); i++) {
                const wqlab_snap_worker& worker = now->workers[i];
                char name[32];
                if (worker.pid != runs.pid)
                    continue;
                if (one.is_unbound)
                    wqlab_format(name, sizeof(name), "kworker/u%d:%d", worker.pool, worker.id);
                else
                    wqlab_format(name, sizeof(name), "kworker/%u:%d%s", one.cpu, worker.id, one.is_highpri ? "H" : "");
                judge(t, runs, name);
                judged++;
            }
        }
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->open();
        if (!t.decided())
            judge_rescuer(t, saved);
        SKIP_UNLESS(t, judged == kItems || t.decided(), "of %u workers %u can be seen", kItems, judged);
    }
};

constexpr Check kAll[] = {
    check_of<WorkerNames>(),
};

}  // namespace worker_names

constinit const Group kWorkerNameChecks = group_of("introspection", worker_names::kAll);

}  // namespace wqlab
