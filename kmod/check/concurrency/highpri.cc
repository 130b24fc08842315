// SPDX-License-Identifier: GPL-2.0
// Priority.
#include "../scenes/look.hh"
#include "../scenes/threshold.hh"

namespace wqlab {

namespace highpri {

struct HighpriNice {
    static constexpr Promise kPromise = {
        87,
        "",
        "highpri.nice",
        "Items of WQ_HIGHPRI run in workers of nice -20 whose names end in H, others at nice 0",
        "Documentation/core-api/workqueue.rst: flags",
        0,
        Fault::kWorkerLies};

    static void run(Trial& t)
    {
        Queue& normal = t.queue();
        Queue& high = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        TestItem& low_item = t.item("the normal item");
        TestItem& high_item = t.item("the highpri item");
        low_item.queue(normal);
        high_item.queue(high);
        AWAIT(t, low_item.ended() == 1 && high_item.ended() == 1, "the items to run");
        WANT(t, low_item.last().nice == 0, "the normal item ran at nice %d", low_item.last().nice);
        WANT(t, high_item.last().nice == -20, "the highpri item ran at nice %d", high_item.last().nice);
        const size_t low_end = __builtin_strlen(low_item.last().command),
                     high_end = __builtin_strlen(high_item.last().command);
        WANT(t, high_end && high_item.last().command[high_end - 1] == 'H', "its worker is called %s",
             high_item.last().command);
        WANT(t, low_end && low_item.last().command[low_end - 1] != 'H', "the normal one's worker is called %s",
             low_item.last().command);
    }
};

struct PrioritiesDoNotMix {
    static constexpr Promise kPromise = {
        88,
        "",
        "highpri.pools-are-apart",
        "A running item of the normal pool holds back no highpri item, nor the reverse",
        "Documentation/core-api/workqueue.rst: flags",
        0,
        Fault::kQueueLoses};

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        const uint32_t cpu = t.first_cpu();
        Queue* const queues[] = {&t.queue(), &t.queue({.flags = WQLAB_WQ_HIGHPRI})};
        for (uint32_t i = 0; i < 2; i++) {
            TestItem& spinner = t.item("the item that spins", TestItem::Body::kSpin);
            TestItem& other = t.item("the item of the other pool");
            spinner.queue_on(*queues[i], cpu);
            AWAIT(t, spinner.started() == 1, "the item that spins to start");
            other.queue_on(*queues[1 - i], cpu);
            AWAIT(t, other.started() == 1, "the item of the other pool to start meanwhile");
            WANT(t, spinner.running(), "the item that spins ended");
            spinner.open();
            AWAIT(t, spinner.ended() == 1 && other.ended() == 1, "the items to end");
        }
    }
};

constexpr Check kAll[] = {
    check_of<HighpriNice>(),
    check_of<PrioritiesDoNotMix>(),
};

}  // namespace highpri

constinit const Group kHighpriChecks = group_of("concurrency", highpri::kAll);

}  // namespace wqlab
