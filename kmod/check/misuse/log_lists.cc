// SPDX-License-Identifier: GPL-2.0
// What the log says of workqueues that share their pools, and of those that call for help.
#include "../../glue/text.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"
#include "../scenes/scarce_threads.hh"
#include "../scenes/threshold.hh"
#include "show_workqueue.hh"

namespace wqlab {

namespace log_lists {

constexpr uint32_t kSections = WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES;
constexpr const char* kItem = "wqlab_test_item";

inline uint32_t count_in(const char* text, const char* words)
{
    uint32_t n = 0;
    for (const char* at = text; (at = find_in(at, words)); at++)
        n++;
    return n;
}

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

struct EachOfItsOwn {
    static constexpr Promise kPromise = {
        440,
        "",
        "log.each-of-its-own",
        "What the log says of a busy workqueue is of that one alone, though others share its pools: its flags; each "
        "pool that has items of it, and no other; how many are active there, and one more holds on to it; all workers "
        "that run one; and what is pending",
        "kernel/workqueue.c: show_one_workqueue(), show_pwq()",
        0,
        Fault::kLogIsSilent};

    // What is said of that pool; "": nothing.
    struct Part {
        char text[512];

        Part(const char* said, int32_t pool)
        {
            char words[24];
            wqlab_format(words, sizeof(words), "  pwq %d:", pool);
            const char* const begin = find_in(said, words);
            const char* const next = begin ? find_in(begin + 2, "  pwq ") : nullptr;
            const size_t length = !begin ? 0 : next ? static_cast<size_t>(next - begin) : __builtin_strlen(begin);
            wqlab_format(text, sizeof(text), "%.*s", static_cast<int>(length), begin ? begin : "");
        }
    };

    // A worker with that number, among those that run one.
    static bool is_in_flight(const Part& part, const TestItem& item)
    {
        char words[48];
        wqlab_format(words, sizeof(words), "%d:%s", item.last().pid, kItem);
        for (const char* at = part.text; (at = find_in(at, words)); at++)
            // Not the end of another's.
            if (at != part.text && (at[-1] < '0' || at[-1] > '9'))
                return true;
        return false;
    }

    static void judge(Trial& t, const char* said, int32_t pool, Span<const TestItem* const> running, uint32_t pending)
    {
        const Part part(said, pool);
        const uint32_t active = static_cast<uint32_t>(running.size()) + pending;
        // Before 6.9 its limit stands behind what is active: "active=3/256".
        char words[32], held[48];
        const int length = wqlab_format(words, sizeof(words), " active=%u", active);
        wqlab_format(held, sizeof(held), " refcnt=%u    in-flight: ", active + 1);
        const char* const at = find_in(part.text, words);
        WANT(t, at && (at[length] == ' ' || at[length] == '/') && find_in(at, held),
             "of %u active items it was not said \"%s\" and \"%s\", but \"%s\"", active, words, held, part.text);
        for (const TestItem* item : running)
            WANT(t, is_in_flight(part, *item), "that %d runs one was not said: \"%s\"", item->last().pid, part.text);
        const uint32_t n = count_in(part.text, kItem);
        WANT(t, n == active, "of %u items, %u pending, %u were printed: \"%s\"", active, pending, n, part.text);
        constexpr const char* kPending = "    pending: wqlab_test_item [wqlab]";
        const char* const list = find_in(part.text, "    pending:");
        WANT(t, pending ? list && same_text(list, kPending) : !list, "of %u pending items it was said \"%s\"", pending,
             part.text);
    }

    static void run(Trial& t)
    {
        // Of ours two sleep on one CPU, one on another; one of the other workqueue's spins, and one of each is pending.
        constexpr uint32_t kItems = 6;
        const uint32_t here = t.first_cpu(), there = t.other_cpu(here);
        SKIP_UNLESS(t, here != there, "there is one CPU");
        const Threshold off(t, 0);
        Queue& wq = t.queue({.flags = WQLAB_WQ_FREEZABLE, .name = "wqlab-c440"});
        Queue& other = t.queue();
        Shower shower(t);
        if (t.decided())
            return;
        TestItem* const sleepers[] = {&t.item("a sleeper", TestItem::Body::kGate),
                                      &t.item("a sleeper", TestItem::Body::kGate),
                                      &t.item("a sleeper elsewhere", TestItem::Body::kGate)};
        const Items spinners = t.items(kItems - 3, "an item that spins", TestItem::Body::kSpin);
        const Opened opened{spinners, kItems - 3};
        for (uint32_t i = 0; i < 3; i++) {
            kernel::queue_on(t, wq, *sleepers[i], static_cast<int>(i < 2 ? there : here));
            AWAIT(t, sleepers[i]->started() == 1, "a sleeper to start");
        }
        kernel::queue_on(t, other, *spinners[0], static_cast<int>(there));
        AWAIT(t, spinners[0]->started() == 1, "the item that spins to start");
        kernel::queue_on(t, other, *spinners[1], static_cast<int>(there));
        kernel::queue_on(t, wq, *spinners[2], static_cast<int>(there));
        const Snapshot* now = t.snapshot(kSections);
        const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
        const wqlab_snap_pool *near = row ? pool_of_cpu(*now, wq, here) : nullptr,
                              *far = row ? pool_of_cpu(*now, wq, there) : nullptr;
        SKIP_UNLESS(t, near && far, "the snapshot does not show the pools of the check's own workqueue");
        const int32_t pools[] = {far->id, near->id};
        char words[64];
        wqlab_format(words, sizeof(words), "workqueue wqlab-c440: flags=0x%x  pwq ", row->raw_flags);
        const char* const said = shower.show(wq);
        if (t.decided())
            return;
        WANT(t, find_in(said, words), "it was not said \"%s\", but \"%.100s\"", words, said);
        WANT(t, count_in(said, "  pwq ") == 2, "of two pools that have items %u were printed",
             count_in(said, "  pwq "));
        const TestItem *const two[] = {sleepers[0], sleepers[1]}, *const one[] = {sleepers[2]};
        judge(t, said, pools[0], two, 1);
        if (!t.decided())
            judge(t, said, pools[1], one, 0);
        for (TestItem* sleeper : sleepers)
            sleeper->open();
    }
};

struct CallsForHelp {
    static constexpr Promise kPromise = {441,
                                         "",
                                         "log.calls-for-help",
                                         "In the log a rescuer that runs an item is said to be one, and a pool of a "
                                         "workqueue that waits for its rescuer is marked with MAYDAY",
                                         "kernel/workqueue.c: show_pwq(), pr_cont_worker_id()",
                                         WQLAB_CHECK_MEMORY,
                                         Fault::kLogIsSilent};

    static void run(Trial& t)
    {
        Shower shower(t);
        TestItem& item = t.item("the item to rescue", TestItem::Body::kGate);
        TestItem& next = t.item("the next one");
        if (t.decided())
            return;
        Distress distress(t);
        if (t.decided())
            return;
        Queue& saved = distress.saved;
        const int cpu = static_cast<int>(distress.cpu);
        kernel::queue_on(t, saved, item, cpu);
        AWAIT(t, item.started() == 1, "the rescuer to run an item");
        SKIP_UNLESS(t, !is_other_worker(item.last().command), "a worker became free, or threads ended meanwhile");
        // It has the first one, and does not take the next before it has done.
        kernel::queue_on(t, saved, next, cpu);
        AWAIT(t, t.decided() || next.started() || waits_for_rescuer(t, saved, distress.cpu),
              "the next item's pool to call");
        SKIP_UNLESS(t, !next.started(), "a worker became free, or threads ended meanwhile");
        const char* const said = shower.show(saved);
        if (t.decided())
            return;
        const bool is_free = next.started();
        distress.end();
        item.open();
        AWAIT(t, item.ended() == 1 && next.ended() == 1, "the items to end");
        SKIP_UNLESS(t, !is_free, "a worker became free, or threads ended meanwhile");
        char words[64];
        wqlab_format(words, sizeof(words), "    in-flight: %d(RESCUER):%s", item.last().pid, kItem);
        WANT(t, find_in(said, words), "it was not said \"%s\", but \"%.300s\"", words, said);
        WANT(t, find_in(said, " active=2") && find_in(said, " MAYDAY    in-flight: "),
             "of a pool that waits for its rescuer it was not said that: \"%.300s\"", said);
    }
};

constexpr Check kAll[] = {
    check_of<EachOfItsOwn>(),
    check_of<CallsForHelp>(),
};

}  // namespace log_lists

constinit const Group kLogListChecks = group_of("misuse", log_lists::kAll);

}  // namespace wqlab
