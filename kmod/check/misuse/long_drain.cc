// SPDX-License-Identifier: GPL-2.0
// What is told of a drain that does not come to its end.
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../harness/few_tries.hh"
#include "../harness/kernel_log.hh"
#include "../scenes/lockups.hh"

namespace wqlab {

namespace long_drain {

// After how many tries it is said that a drain of that workqueue is not complete.
class Tries {
public:
    static constexpr uint32_t kKept = 11;  // 10, 100, 200, …, 1000

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

// A drain that does not come to its end before it is let.
class LongDrain {
public:
    LongDrain(Trial& t, const char* name) : t_(t), chain_(t.own<Chain>())
    {
        Queue& wq = t.queue({.name = name});
        if (!chain_ || t.decided())
            return;
        *chain_ = {&wq, false, 0};
        t.item("an item that queues itself").on_run(go_on, chain_).queue(wq);
        drainer_ = &t.actor("drainer", Kthread::kAnyCpu, [&wq] { wq.drain(); });
    }
    LongDrain(const LongDrain&) = delete;

    bool has_ended() const { return !drainer_ || drainer_->done(); }
    // In each try one runs, and some more.
    uint32_t executions() const { return __atomic_load_n(&chain_->executions, __ATOMIC_RELAXED); }
    // False: the trial is decided.
    bool end()
    {
        if (!drainer_)
            return false;
        __atomic_store_n(&chain_->over, true, __ATOMIC_RELEASE);
        return t_.wait([&] { return has_ended(); }, "the drain to end");
    }

private:
    struct Chain {
        Queue* wq;
        bool over;
        uint32_t executions;
    };

    static void go_on(TestItem& item, void* argument)
    {
        Chain& chain = *static_cast<Chain*>(argument);
        __atomic_add_fetch(&chain.executions, 1, __ATOMIC_RELAXED);
        if (!__atomic_load_n(&chain.over, __ATOMIC_ACQUIRE))
            wqlab_queue_bare_on(chain.wq->get(), item.address(), -1);
        wqlab_sleep(100'000);
    }

    Trial& t_;
    Chain* const chain_;
    Actor* drainer_ = nullptr;
};

struct EachHundred {
    static constexpr Promise kPromise = {262,
                                         "",
                                         "log.drain-tells-each-hundred",
                                         "Of a drain that goes on, it is said after 10 tries, after 100 and after 200",
                                         "kernel/workqueue.c: drain_workqueue()",
                                         0,
                                         Fault::kFlushReturnsEarly};

    static void run(Trial& t)
    {
        constexpr uint32_t kEnough = 3;
        const LogListener<Tries> log("workqueue wqlab-c262: drain_workqueue() ");
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        LongDrain drain(t, "wqlab-c262");
        t.wait([&] { return log.heard().ours() >= kEnough || drain.has_ended(); },
               "a drain to say three times that it goes on");
        if (!drain.end())
            return;
        WANT(t, log.heard().ours() >= kEnough, "a drain that went on ended, and said so %u times", log.heard().ours());
        for (uint32_t i = 0; i < kEnough; i++)
            WANT(t, log.heard().after(i) == (i ? i * 100 : 10), "it was said after %u tries",
                 static_cast<uint32_t>(log.heard().after(i)));
    }
};

struct UpToAThousand {
    static constexpr Promise kPromise = {394,
                                         "",
                                         "log.drain-tells-up-to-a-thousand",
                                         "Of a drain that goes on, it is said after each hundred tries up to a "
                                         "thousand, and no more from then on",
                                         "kernel/workqueue.c: drain_workqueue()",
                                         WQLAB_CHECK_SLOW,
                                         Fault::kFlushReturnsEarly};

    static constexpr uint32_t kMore = 400;  // executions

    static void run(Trial& t)
    {
        const LogListener<Tries> log("workqueue wqlab-c394: drain_workqueue() ");
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        LongDrain drain(t, "wqlab-c394");
        for (uint32_t told = 1; told <= Tries::kKept && !t.decided(); told++)
            t.wait([&] { return log.heard().ours() >= told || drain.has_ended(); },
                   "a drain to say once more that it goes on");
        const uint32_t then = drain.has_ended() ? 0 : drain.executions();
        t.wait([&] { return drain.has_ended() || drain.executions() >= then + kMore; }, "the drain to go on");
        if (!drain.end())
            return;
        const Tries& heard = log.heard();
        WANT(t, heard.ours() == Tries::kKept, "of a drain of some 1100 tries it was said %u times that it went on",
             heard.ours());
        for (uint32_t i = 0; i < Tries::kKept; i++)
            WANT(t, heard.after(i) == (i ? i * 100 : 10), "it was said after %u tries",
                 static_cast<uint32_t>(heard.after(i)));
        tried_few(t, 1, "a drain that goes on");
    }
};

constexpr Check kAll[] = {
    check_of<EachHundred>(),
    check_of<UpToAThousand>(),
};

}  // namespace long_drain

constinit const Group kLongDrainChecks = group_of("misuse", long_drain::kAll);

}  // namespace wqlab
