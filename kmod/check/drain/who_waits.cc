// SPDX-License-Identifier: GPL-2.0
// Who may wait for whom, and is not warned; and tasks that reclaim memory.
#include "../../glue/memory.h"
#include "../../glue/text.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"
#include "../scenes/thread_log.hh"

namespace wqlab {

namespace who_waits {

constexpr char kWarning[] = "is flushing !WQ_MEM_RECLAIM wqlab-c292";
constexpr char kActor[] = "wqlab_actor";  // what threads of checks are called

struct Words {
    char text[192];
};

// The last of such warnings.
class Told {
public:
    explicit Told(Words* words) : words_(words) {}

    void see(const LogLine& line)
    {
        if (words_ && line.has(kWarning))
            wqlab_format(words_->text, sizeof(words_->text), "%.*s", static_cast<int>(line.size), line.text);
    }

private:
    Words* const words_;
};

struct WhoMayWait {
    static constexpr Promise kPromise = {
        292,
        "",
        "flush.who-may-wait-for-whom",
        "An item may flush what needs memory if its own workqueue does, or is of create_workqueue(), and any item one "
        "with WQ_MEM_RECLAIM; a task that is PF_MEMALLOC is warned of flushing one without it, by its number and "
        "name, with that workqueue and whose function it waits for",
        "kernel/workqueue.c: check_flush_dependency()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    enum class How { kFlushItem, kFlushWorkqueue };

    // Who waits, and for what.
    struct Wait {
        const char* name;
        workqueue_struct* from;  // nullptr: a task that is PF_MEMALLOC
        Queue* to;
        How how;
        uint32_t warnings;
    };
    struct Doing {
        TestItem* target;
        Wait wait;
    };

    static void wait_for_target(const Doing& doing)
    {
        switch (doing.wait.how) {
        case How::kFlushItem: wqlab_flush(doing.target->address(), WQLAB_WORK_PLAIN); break;
        case How::kFlushWorkqueue: wqlab_flush_workqueue(doing.wait.to->get());
        }
    }

    // Whoever returns early leaves nobody waiting.
    struct Opened {
        TestItem& item;
        ~Opened() { item.open(); }
    };

    static void judge(Trial& t, const Wait& wait)
    {
        if (!hear_again(t))
            return;
        const KernelLog<LinesWith> log(t, kWarning);
        Words* const told = t.own<Words>();
        const LogListener<Told> log_of_words(told);
        SKIP_UNLESS(t, log_of_words.attached(), "the kernel's log can't be watched here");
        TestItem& target = t.item("the one that is waited for", TestItem::Body::kGate);
        const Opened opened{target};
        Doing* const doing = t.own<Doing>();
        if (!told || !doing || t.decided())
            return;
        *doing = {&target, wait};
        target.queue_on(*wait.to, t.first_cpu());
        AWAIT(t, target.started() == 1, "the one that is waited for to start");
        int32_t pid = 0;
        const Actor* actor = nullptr;
        TestItem& waiter = t.item("the item that waits")
                               .on_run([](TestItem&, void* it) { wait_for_target(*static_cast<Doing*>(it)); }, doing);
        if (wait.from) {
            wqlab_queue_bare_on(wait.from, waiter.address(), static_cast<int>(t.other_cpu(t.first_cpu())));
            AWAIT(t, waiter.started() == 1, "the item that waits to start");
            pid = waiter.last().pid;
        } else {
            actor = &t.actor("a task that reclaims", Kthread::kAnyCpu, [doing] {
                const uint32_t before = wqlab_reclaim_begin();
                wait_for_target(*doing);
                wqlab_reclaim_end(before);
            });
            AWAIT(t, actor->began(), "the task to begin");
            pid = actor->pid();
        }
        const auto is_over = [&] { return actor ? actor->done() : waiter.ended() == 1; };
        const auto sleeps = [&] {
            return wait.how == How::kFlushWorkqueue ? flushes(t, pid, *wait.to) : sleeps_behind_barrier(t, pid);
        };
        // Only asleep it has been warned.
        AWAIT(t, is_over() || sleeps() || t.decided(), "it to wait");
        const bool early = is_over();
        target.open();
        AWAIT(t, is_over(), "it to have waited");
        const uint32_t warnings = log.count();
        WANT(t, !early, "%s did not wait", wait.name);
        WANT(t, warnings == wait.warnings, "of %s it was warned %u times, not %u", wait.name, warnings, wait.warnings);
        // Of a whole workqueue it is no function, which the kernel prints as 0x0.
        char wanted[128];
        wqlab_format(wanted, sizeof(wanted), "workqueue: PF_MEMALLOC task %d(%s) is flushing !WQ_MEM_RECLAIM %s:%s",
                     pid, kActor, wait.to->name(), wait.how == How::kFlushItem ? "wqlab_test_item" : "0x0");
        WANT(t, !wait.warnings || find_in(told->text, wanted), "of %s it was not warned \"%s\", but \"%s\"", wait.name,
             wanted, told->text);
    }

    struct Legacy {
        workqueue_struct* const wq = wqlab_wq_create_legacy("wqlab-c292l", false);
        ~Legacy()
        {
            if (wq)
                wqlab_wq_destroy(wq);
        }
    };

    static void run(Trial& t)
    {
        const Legacy legacy;
        SKIP_UNLESS(t, legacy.wq, "the workqueue can't be made");
        Queue& plain = t.queue({.name = "wqlab-c292p"});
        Queue& other = t.queue({.name = "wqlab-c292o"});
        Queue& reclaim = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM, .name = "wqlab-c292r"});
        Queue& other_reclaim = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM, .name = "wqlab-c292s"});
        if (t.decided())
            return;
        const Wait waits[] = {
            {"an item of create_workqueue() that flushes an item", legacy.wq, &plain, How::kFlushItem, 0},
            {"an item of create_workqueue() that flushes a workqueue", legacy.wq, &plain, How::kFlushWorkqueue, 0},
            {"an item with WQ_MEM_RECLAIM and one with it", other_reclaim.get(), &reclaim, How::kFlushItem, 0},
            {"an item without WQ_MEM_RECLAIM and one without it", other.get(), &plain, How::kFlushItem, 0},
            {"an item without WQ_MEM_RECLAIM and one with it", other.get(), &reclaim, How::kFlushWorkqueue, 0},
            {"a task that reclaims, and an item with WQ_MEM_RECLAIM", nullptr, &reclaim, How::kFlushItem, 0},
            {"a task that reclaims, and flushes an item", nullptr, &plain, How::kFlushItem, 1},
            {"a task that reclaims, and flushes a workqueue", nullptr, &plain, How::kFlushWorkqueue, 1},
        };
        for (const Wait& wait : waits)
            if (!t.decided())
                judge(t, wait);
    }
};

constexpr Check kAll[] = {
    check_of<WhoMayWait>(),
};

}  // namespace who_waits

constinit const Group kWhoWaitsChecks = group_of("drain", who_waits::kAll);

}  // namespace wqlab
