// SPDX-License-Identifier: GPL-2.0
// Rescuers, and the freezer.
#include "../../core/counter.hh"
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"
#include "../scenes/scarce_threads.hh"
#include "../scenes/unbound_cpus.hh"

namespace wqlab {

namespace reclaim {

// The n-th word behind the parenthesis of /proc/PID/stat, from 1.
inline int stat_word(const char* text, uint32_t n)
{
    const char* at = text;
    for (const char* c = text; *c; c++)
        if (*c == ')')
            at = c;
    for (; *at && n; at++)
        n -= *at == ' ';
    int sign = 1, value = 0;
    if (*at == '-') {
        sign = -1;
        at++;
    }
    for (; *at >= '0' && *at <= '9'; at++)
        value = value * 10 + (*at - '0');
    return sign * value;
}

struct RescuerExists {
    static constexpr Promise kPromise = {
        98,
        "",
        "rescuer.exists",
        "A workqueue with WQ_MEM_RECLAIM has a rescuer thread, named after it, at nice -20",
        "Documentation/core-api/workqueue.rst: flags",
        0,
        Fault::kStepLies};

    static void run(Trial& t)
    {
        Queue& saved = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM, .name = "wl98"});
        Queue& other = t.queue({.name = "wl98-other"});
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS);
        if (!now)
            return;
        const wqlab_snap_workqueue* row = row_of(*now, saved);
        const wqlab_snap_workqueue* other_row = row_of(*now, other);
        WANT(t, row && other_row, "a workqueue is not among the machine's");
        WANT(t, other_row->rescuer_pid == 0, "a workqueue without WQ_MEM_RECLAIM has a rescuer");
        const int pid = row->rescuer_pid;
        WANT(t, pid > 0, "there is no rescuer");
        char path[40];
        wqlab_format(path, sizeof(path), "/proc/%d/comm", pid);
        WANT(t, t.read(path) == 0, "%s can't be read", path);
        // In /proc a worker's name has its item behind it.
        const char* text = t.text();
        constexpr char kPrefix[] = "kworker/R-";
        const bool prefixed = __builtin_memcmp(text, kPrefix, sizeof(kPrefix) - 1) == 0;
        const char* name = prefixed ? text + sizeof(kPrefix) - 1 : text;
        // The prefix came with 6.9, as did the other.
        WANT(t,
             (prefixed || wqlab_lacks() & WQLAB_LACK_SYSTEM_MAX_ACTIVE) && __builtin_memcmp(name, "wl98", 4) == 0 &&
                 (name[4] == '\n' || name[4] == '-' || name[4] == '+'),
             "the rescuer is called %s", text);
        wqlab_format(path, sizeof(path), "/proc/%d/stat", pid);
        const auto nice = [&t] { return stat_word(t.text(), 17); };
        bool is_read = true;
        // It sets it itself, when it first runs.
        AWAIT(t, !(is_read = t.read(path) == 0) || nice() == -20 || t.has_fault(Fault::kStepLies),
              "the rescuer to set its nice value");
        WANT(t, is_read, "%s can't be read", path);
        WANT(t, nice() == -20, "the rescuer's nice value is %d", nice());
    }
};

struct RescuerRunsItems {
    static constexpr Promise kPromise = {
        99,
        "",
        "rescuer.runs-items-without-workers",
        "When no worker can be made, items of WQ_MEM_RECLAIM run in the rescuer, and others wait",
        "Documentation/core-api/workqueue.rst: flags",
        WQLAB_CHECK_MEMORY,
        Fault::kQueueElsewhere};

    static void run(Trial& t)
    {
        Distress distress(t);
        TestItem& stuck = t.item("the plain item");
        TestItem& rescued = t.item("the item to rescue");
        if (t.decided())
            return;
        wqlab_queue_bare_on(distress.plain.get(), stuck.address(), static_cast<int>(distress.cpu));
        rescued.queue_on(distress.saved, distress.cpu);
        AWAIT(t, rescued.ended() == 1, "the rescuer to run an item");
        SKIP_UNLESS(
            t, !is_other_worker(rescued.last().command) && !(stuck.started() && is_other_worker(stuck.last().command)),
            "a worker became free, or threads ended meanwhile");
        WANT(t, is_rescuer(rescued.last().command), "it ran in %s, and not in the rescuer", rescued.last().command);
        WANT(t, stuck.started() == 0, "an item of another workqueue ran, too");
        if (t.kernel().has(Field::kPwqStats))
            WANT(t, stat_of(t, distress.saved, WQLAB_PWQ_STAT_RESCUED) >= 1, "it is not counted as rescued");
        distress.end();
        AWAIT(t, stuck.ended() == 1, "the other item to run once there are threads again");
    }
};

struct RescuerServesMany {
    static constexpr Promise kPromise = {100,
                                         "",
                                         "rescuer.serves-many-one-at-a-time",
                                         "The rescuer serves any number of items, one at a time",
                                         "kernel/workqueue.c: rescuer_thread()",
                                         WQLAB_CHECK_MEMORY,
                                         Fault::kQueueElsewhere};

    struct Line {
        Gauge running;
        uint32_t others = 0, free = 0;
    };

    static void pass(TestItem& item, void* argument)
    {
        Line& line = *static_cast<Line*>(argument);
        line.running.enter();
        line.others += !is_rescuer(item.last().command);
        line.free += is_other_worker(item.last().command);
        wqlab_sleep(200'000);
        line.running.leave();
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 64;
        Line* line = t.own<Line>();
        const Items items = t.items(kItems, "an item to rescue");
        if (!line)
            return;
        Distress distress(t);
        if (t.decided())
            return;
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->on_run(pass, line).queue_on(distress.saved, distress.cpu);
        AWAIT(t, executions(items, kItems) == kItems, "the rescuer to run 64 items");
        SKIP_UNLESS(t, !line->free, "a worker became free, or threads ended meanwhile");
        WANT(t, line->running.most() == 1, "%u ran at once", line->running.most());
        WANT(t, line->others == 0, "%u ran in other workers", line->others);
        distress.end();
    }
};

struct FreezableWaits {
    static constexpr Promise kPromise = {
        102,
        "",
        "freezer.freezable-waits",
        "While workqueues are frozen nothing of a freezable one starts; after the thaw all of it runs",
        "Documentation/core-api/workqueue.rst: flags",
        WQLAB_CHECK_FREEZER,
        Fault::kQueueElsewhere};

    static void run(Trial& t)
    {
        const uintptr_t freeze = wqlab_symbol("freeze_workqueues_begin"), thaw = wqlab_symbol("thaw_workqueues");
        SKIP_UNLESS(t, freeze && thaw, "this kernel can't freeze workqueues");
        Queue* const queues[] = {&t.queue({.flags = WQLAB_WQ_FREEZABLE}),
                                 &t.queue({.flags = WQLAB_WQ_FREEZABLE | WQLAB_WQ_UNBOUND})};
        Queue& other = t.queue();
        TestItem* const items[] = {&t.item("a freezable item"), &t.item("a freezable unbound item")};
        TestItem& warm = t.item("an item that is not freezable");
        const uintptr_t busy = wqlab_symbol("freeze_workqueues_busy");
        TestItem& running = t.item("a freezable item that runs", TestItem::Body::kGate);
        running.queue(*queues[0]);
        AWAIT(t, running.started() == 1, "a freezable item to start");
        SKIP_UNLESS(t, wqlab_call(freeze, 0, 0, 0, nullptr), "kprobes are disarmed, so the kernel can't be called");
        // It is a bool: the rest of the register is anything. That of others' items may take a while.
        const auto are_busy = [busy] {
            unsigned long are = 0;
            return busy && wqlab_call(busy, 0, 0, 0, &are) && (are & 0xff);
        };
        const bool waits = !busy || are_busy();
        running.open();
        const bool drained = t.wait([&] { return !are_busy(); }, "what runs of freezable workqueues to end");
        for (uint32_t i = 0; i < 2; i++)
            items[i]->queue(*queues[i]);
        warm.queue(other);
        const bool ran = t.wait([&] { return warm.ended() == 1; }, "an item that is not freezable to run");
        t.linger();
        const uint32_t started = items[0]->started() + items[1]->started();
        // Whatever happened: they must not stay frozen.
        const bool thawed = t.wait([&] { return wqlab_call(thaw, 0, 0, 0, nullptr); }, "kprobes to be armed again");
        WANT(t, thawed, "kprobes were disarmed meanwhile, and workqueues are still frozen");
        WANT(t, waits && drained,
             "a freezable item was running, and freeze_workqueues_busy() said that there was none");
        WANT(t, ran && started == 0, "%u freezable items started while workqueues were frozen", started);
        AWAIT(t, items[0]->ended() == 1 && items[1]->ended() == 1, "the freezable items to run after the thaw");
    }
};

constexpr Check kAll[] = {
    check_of<RescuerExists>(),
    check_of<RescuerRunsItems>(),
    check_of<RescuerServesMany>(),
    check_of<FreezableWaits>(),
};

}  // namespace reclaim

constinit const Group kReclaimChecks = group_of("reclaim", reclaim::kAll);

}  // namespace wqlab
