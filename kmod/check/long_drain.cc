// SPDX-License-Identifier: GPL-2.0
// Group M, continued: what is told of a drain that does not come to its end.
#include "../glue/text.h"
#include "../glue/time.h"
#include "../glue/work.h"
#include "kernel_log.hh"
#include "lockups.hh"

namespace wqlab {

namespace long_drain {

// After how many tries it is said that a drain of that workqueue is not complete.
class Tries {
public:
    static constexpr uint32_t kKept = 2;

    explicit Tries(const char* of) : of_(of) {}

    void see(const LogLine& line)
    {
        int64_t value;
        if (!line.has(of_) || !number_behind(line, "isn't complete after ", value))
            return;
        const uint32_t told = ours();
        if (told < kKept)
            after_[told] = value;
        __atomic_store_n(&told_, told + 1, __ATOMIC_RELEASE);
    }

    uint32_t ours() const { return __atomic_load_n(&told_, __ATOMIC_ACQUIRE); }
    int64_t after(uint32_t i) const { return after_[i]; }

private:
    const char* const of_;
    int64_t after_[kKept] = {};
    uint32_t told_ = 0;
};

struct EachHundred {
    static constexpr Promise kPromise = {262,
                                         "",
                                         "log.drain-tells-each-hundred",
                                         "Of a drain that goes on, it is said after 10 tries and after 100",
                                         "kernel/workqueue.c: drain_workqueue()",
                                         0,
                                         Fault::kFlushReturnsEarly};

    struct Chain {
        Queue* wq;
        bool over;
    };

    static void go_on(TestItem& item, void* argument)
    {
        const Chain& chain = *static_cast<Chain*>(argument);
        if (!__atomic_load_n(&chain.over, __ATOMIC_ACQUIRE))
            wqlab_queue_bare_on(chain.wq->get(), item.address(), -1);
        wqlab_sleep(100'000);
    }

    static void run(Trial& t)
    {
        const LogListener<Tries> log("workqueue wqlab-c262: drain_workqueue() ");
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        Queue& wq = t.queue({.name = "wqlab-c262"});
        Chain* const chain = t.own<Chain>();
        if (!chain || t.decided())
            return;
        *chain = {&wq, false};
        TestItem& item = t.item("an item that queues itself").on_run(go_on, chain);
        item.queue(wq);
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&wq] { wq.drain(); });
        t.wait([&] { return log.heard().ours() >= Tries::kKept || drainer.done(); },
               "a drain to say twice that it goes on");
        __atomic_store_n(&chain->over, true, __ATOMIC_RELEASE);
        AWAIT(t, drainer.done(), "the drain to end");
        WANT(t, log.heard().ours() >= Tries::kKept, "a drain that went on ended, and said so %u times",
             log.heard().ours());
        WANT(t, log.heard().after(0) == 10 && log.heard().after(1) == 100, "it was said after %u tries, and after %u",
             static_cast<uint32_t>(log.heard().after(0)), static_cast<uint32_t>(log.heard().after(1)));
    }
};

constexpr Check kAll[] = {
    check_of<EachHundred>(),
};

}  // namespace long_drain

constinit const Group kLongDrainChecks = group_of("misuse", long_drain::kAll);

}  // namespace wqlab
