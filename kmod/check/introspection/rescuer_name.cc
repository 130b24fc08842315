// SPDX-License-Identifier: GPL-2.0
// What a rescuer is called where its name and its item's description are as long as may be.
#include "../../glue/text.h"
#include "../../glue/work.h"
#include "../scenes/scarce_threads.hh"

namespace wqlab {

namespace rescuer_name {

struct LongNames {
    static constexpr Promise kPromise = {239,
                                         "",
                                         "rescuer.long-name-and-description",
                                         "/proc/PID/comm of a rescuer says R-, its workqueue's name and what its item "
                                         "describes itself as, cut at 63 characters, or all of it",
                                         "kernel/workqueue.c: wq_worker_comm(), format_worker_id()",
                                         WQLAB_CHECK_MEMORY,
                                         Fault::kStepLies};

    static constexpr const char* kName = "wqlab-c239-01234567890123456789";
    static constexpr const char* kDescription = "described-as-abcdefghijklmnopqr";
    static constexpr uint32_t kRoom = 32, kCut = 63;

    struct Say {
        Gate* gate;
        bool said;
    };

    static void describe(TestItem&, void* argument)
    {
        Say& say = *static_cast<Say*>(argument);
        wqlab_set_description(kDescription);
        __atomic_store_n(&say.said, true, __ATOMIC_RELEASE);
        say.gate->pass();
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(
            t, t.kernel().elements(Field::kWqName) == kRoom && t.kernel().elements(Field::kWorkerDescription) == kRoom,
            "before 6.9 names were shorter");
        Say* const say = t.own<Say>();
        if (!say)
            return;
        *say = {&t.gate(), false};
        TestItem& item = t.item("the item to rescue").on_run(describe, say);
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Queue& plain = t.queue({.max_active = 512});
        Queue& saved = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM, .name = kName});
        NoNewThreads scarce(t);
        if (t.decided() || !use_up_workers(t, plain, cpu))
            return;
        kernel::queue_on(t, saved, item, static_cast<int>(cpu));
        AWAIT(t, item.started() == 1 && __atomic_load_n(&say->said, __ATOMIC_ACQUIRE), "the rescuer to run an item");
        char path[40], wanted[96];
        wqlab_format(path, sizeof(path), "/proc/%d/comm", item.last().pid);
        const int error = t.read(path);
        say->gate->open();
        AWAIT(t, item.ended() == 1, "the item to end");
        scarce.end();
        SKIP_UNLESS(t, !is_other_worker(item.last().command), "a worker became free, or threads ended meanwhile");
        wqlab_format(wanted, sizeof(wanted), "kworker/R-%s+%s", kName, kDescription);
        size_t same = 0;
        while (wanted[same] && t.text()[same] == wanted[same])
            same++;
        // One more than that has been written behind the end of what there was room for.
        WANT(t, error == 0 && (same == kCut || !wanted[same]) && same_text(t.text() + same, "\n"),
             "a rescuer is called %s", t.text());
    }
};

constexpr Check kAll[] = {
    check_of<LongNames>(),
};

}  // namespace rescuer_name

constinit const Group kRescuerNameChecks = group_of("introspection", rescuer_name::kAll);

}  // namespace wqlab
