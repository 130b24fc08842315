// SPDX-License-Identifier: GPL-2.0
// What the kernel's log and /proc tell of workqueues, and rescuers of themselves.
#include "../../glue/context.h"
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/hog_table.hh"
#include "../scenes/look.hh"
#include "../scenes/threshold.hh"

namespace wqlab {

namespace log_and_proc {

struct DescriptionIsCut {
    static constexpr Promise kPromise = {
        162,
        "",
        "worker.description-is-cut",
        "set_worker_desc() keeps 31 characters (before 6.9, 23)",
        "kernel/workqueue.c: set_worker_desc(); include/linux/workqueue.h: WORKER_DESC_LEN",
        0,
        Fault::kStepLies};

    static void describe(TestItem&, void* argument)
    {
        wqlab_set_description("wqlab-0123456789012345678901234567890123456789");
        static_cast<Gate*>(argument)->pass();
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system"});
        Gate& gate = t.gate();
        TestItem& item = t.item("the item").on_run(describe, &gate);
        item.queue(wq);
        AWAIT(t, item.started() == 1, "the item to start");
        char path[48];
        wqlab_format(path, sizeof(path), "/proc/%d/comm", item.last().pid);
        char wanted[40] = "+wqlab-0123456789012345678901234\n";
        if (const uint32_t room = t.kernel().elements(Field::kWorkerDescription); room && room < 32)
            __builtin_memcpy(wanted + room, "\n", 2);  // behind the sign, one less than fits
        const auto cut = [&] {
            const char* text = t.text();
            while (*text && *text != '+')
                text++;
            return same_text(text, wanted);
        };
        // The function describes itself right after it has said that it started.
        t.wait([&] { return t.read(path) != 0 || cut() || t.has_fault(Fault::kStepLies); },
               "the worker to describe itself");
        WANT(t, cut(), "with a description of 46 characters the worker is called %s", t.text());
    }
};

// What show_one_workqueue() prints, piece by piece: a list of items has a heading, and each item comes after it.
class Shown {
public:
    explicit Shown(const char* name) : name_(name) {}

    enum List { kNone, kInFlight, kPending, kInactive, kLists };

    void see(const LogLine& line)
    {
        if (line.has("workqueue ") && line.has(" flags=0x")) {
            writer_ = line.has(name_) ? line.writer : 0;
            headings_ += writer_ != 0;
            list_ = kNone;
        }
        if (!writer_ || line.writer != writer_)
            return;
        list_ = line.has("in-flight:")  ? kInFlight
                : line.has("pending:")  ? kPending
                : line.has("inactive:") ? kInactive
                                        : list_;
        active_ += line.has(" active=2");
        items_[list_] += line.has("wqlab_test_item");
    }
    uint32_t headings() const { return headings_; }
    uint32_t active() const { return active_; }
    uint32_t items(List list) const { return items_[list]; }

private:
    const char* name_;
    uintptr_t writer_ = 0;  // who prints it: others' lines may be between
    List list_ = kNone;
    uint32_t headings_ = 0, active_ = 0;
    uint32_t items_[kLists] = {};
};

struct LogShowsAWorkqueue {
    static constexpr Promise kPromise = {163,
                                         "",
                                         "log.shows-a-busy-workqueue",
                                         "show_one_workqueue(), which SysRq-t and a failed suspend print, has a line "
                                         "for a busy workqueue, its pools, what "
                                         "runs, what is pending and what is held back, and nothing for an idle one",
                                         "kernel/workqueue.c: show_one_workqueue(), show_pwq()",
                                         0,
                                         Fault::kQueueElsewhere};

    // At the end, and before the log is let go of: that waits for RCU, which may wait for items of this CPU.
    struct Opened {
        const Items& items;
        ~Opened()
        {
            for (uint32_t i = 0; i < 3; i++)
                items[i]->open();
        }
    };

    static bool show(Trial& t, uintptr_t function, const Queue& wq)
    {
        const bool called = wqlab_call(function, reinterpret_cast<unsigned long>(wq.get()), 0, 0, nullptr);
        if (!called)
            t.skip("kprobes are disarmed, so the kernel can't be called");
        return called;
    }

    static void run(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("show_one_workqueue");
        SKIP_UNLESS(t, function, "this kernel does not show show_one_workqueue()");
        const Threshold off(t, 0);
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.max_active = 2, .name = "wqlab-c163"});
        const LogListener<Shown> log("wqlab-c163");
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        const Shown& shown = log.heard();
        if (t.decided() || !show(t, function, wq))
            return;
        WANT(t, shown.headings() == 0, "of an idle workqueue it printed something");
        // One runs, one waits for a worker, one is held back.
        const Items items = t.items(3, "an item", TestItem::Body::kSpin);
        const Opened opened{items};
        kernel::queue_on(t, wq, *items[0], static_cast<int>(cpu));
        AWAIT(t, items[0]->started() == 1, "the item to start");
        items[1]->queue_on(wq, cpu);
        items[2]->queue_on(wq, cpu);
        if (!show(t, function, wq))
            return;
        WANT(t, shown.headings() == 1, "its name was printed %u times", shown.headings());
        WANT(t, shown.active() == 1, "its pool with two active items was printed %u times", shown.active());
        WANT(t,
             shown.items(Shown::kInFlight) == 1 && shown.items(Shown::kPending) == 1 &&
                 shown.items(Shown::kInactive) == 1 && shown.items(Shown::kNone) == 0,
             "of one item that runs, one pending and one held back it printed %u, %u and %u",
             shown.items(Shown::kInFlight), shown.items(Shown::kPending), shown.items(Shown::kInactive));
    }
};

struct HogsAreReported {
    static constexpr Promise kPromise = {
        164,
        "",
        "log.hogs-are-reported",
        "A function that has run beyond cpu_intensive_thresh_us for cpu_intensive_warning_thresh times is reported by "
        "name, with how often; 0 reports none",
        "kernel/workqueue.c: wq_cpu_intensive_report()",
        0,
        Fault::kLogIsSilent};

    static constexpr const char* kWarning = "/sys/module/workqueue/parameters/cpu_intensive_warning_thresh";

    // Set apart once more. False: decided.
    static bool hog_once(Trial& t, Queue& wq, uint32_t cpu)
    {
        const uint64_t before = stat_of(t, wq, WQLAB_PWQ_STAT_CPU_INTENSIVE);
        TestItem& hog = t.item("the item that spins", TestItem::Body::kSpin);
        wqlab_queue_bare_on(wq.get(), hog.address(), static_cast<int>(cpu));
        const bool counted = t.wait(
            [&] { return t.decided() || stat_of(t, wq, WQLAB_PWQ_STAT_CPU_INTENSIVE) > before; },
            "the item that spins to be set apart");
        hog.open();
        return t.wait([&] { return hog.ended() == 1; }, "it to end") && counted && !t.decided();
    }

    // How often the kernel has counted that function. False: decided.
    static bool count_hogs(Trial& t, uint32_t& count)
    {
        count = 0;
        const Snapshot* now = t.snapshot(WQLAB_SECTION_HOGS);
        if (!now || !is_hog_table_sound(t, *now))
            return false;
        uint32_t alike = 0;
        for (const wqlab_snap_hog& hog : now->hogs)
            if (__builtin_memcmp(string_of(*now, hog.function), "wqlab_test_item", 15) == 0) {
                count = static_cast<uint32_t>(hog.count);
                alike++;
            }
        if (alike > 1)
            t.skip("the kernel still knows an older module's function, whose address it has now");
        if (!count && now->hogs.size() >= kMostHogs)
            t.skip("the kernel has counted %u functions, and takes no more", now->hogs.size());
        return !t.decided();
    }

    static void run(Trial& t)
    {
        int error = t.write(kWarning, "0");
        SKIP_UNLESS(t, error == 0, "this kernel does not report them: error %d", error);
        const Threshold low(t, 10'000);
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue();
        const KernelLog<LinesWith> log(t, "wqlab_test_item [wqlab] hogged CPU for >10000us");
        uint32_t before, after;
        if (t.decided() || !count_hogs(t, before) || !hog_once(t, wq, cpu) || !count_hogs(t, after))
            return;
        WANT(t, after == before + 1, "of one more, the function is counted %u times, not %u", after, before + 1);
        WANT(t, log.count() == 0, "with a threshold of 0 it was reported");
        // From the next one on: that, the second and the fourth.
        char text[16];
        wqlab_format(text, sizeof(text), "%u", after + 1);
        error = t.write(kWarning, text);
        WANT(t, error == 0, "the threshold can't be written: error %d", error);
        constexpr uint32_t kReports[] = {1, 2, 2, 3};
        for (uint32_t i = 0; i < 4; i++) {
            if (!hog_once(t, wq, cpu))
                return;
            WANT(t, log.count() == kReports[i], "of hogs from the threshold on, the %u. made %u reports, not %u", i + 1,
                 log.count(), kReports[i]);
        }
    }
};

struct OrdinaryWorkersAreNoRescuers {
    static constexpr Promise kPromise = {165,
                                         "",
                                         "rescuer.ordinary-workers-are-none",
                                         "current_is_workqueue_rescuer() is false in ordinary workers, also for items "
                                         "of WQ_MEM_RECLAIM, in BH items, and "
                                         "outside of workers",
                                         "kernel/workqueue.c: current_is_workqueue_rescuer()",
                                         0,
                                         Fault::kResultLies};

    struct Answer {
        uintptr_t function;
        bool called, says;
    };

    static void ask(TestItem&, void* argument)
    {
        Answer& answer = *static_cast<Answer*>(argument);
        unsigned long says = 0;
        answer.called = wqlab_call(answer.function, 0, 0, 0, &says);
        answer.says = says & 0xff;
    }

    static void run(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("current_is_workqueue_rescuer");
        SKIP_UNLESS(t, function, "this kernel does not show current_is_workqueue_rescuer()");
        Answer* const answer = t.own<Answer>();
        if (!answer)
            return;
        const bool lies = t.has_fault(Fault::kResultLies);
        for (const uint32_t flags : {0u, uint32_t{WQLAB_WQ_MEM_RECLAIM}, uint32_t{WQLAB_WQ_UNBOUND}}) {
            Queue& wq = t.queue({.flags = flags});
            *answer = {function, false, false};
            TestItem& item = t.item("the item").on_run(ask, answer);
            item.queue(wq);
            AWAIT(t, item.ended() == 1, "the item to run");
            SKIP_UNLESS(t, answer->called, "kprobes are disarmed, so the kernel can't be called");
            // A rescuer may have run it, if there was no worker.
            const bool rescued = is_rescuer(item.last().command);
            WANT(t, rescued || answer->says == lies, "in an item that a worker ran it was true");
        }
        unsigned long says = 0;
        SKIP_UNLESS(t, wqlab_call(function, 0, 0, 0, &says), "kprobes are disarmed, so the kernel can't be called");
        WANT(t, !(says & 0xff), "outside of workers it was true");
    }
};

struct LegacyIsNoMemReclaim {
    static constexpr Promise kPromise = {
        196,
        "",
        "current.legacy-is-no-mem-reclaim",
        "current_is_workqueue_mem_reclaim() is false in items of workqueues that create_workqueue() and "
        "create_singlethread_workqueue() made, though they have rescuers",
        "kernel/workqueue.c: current_is_workqueue_mem_reclaim()",
        0,
        Fault::kResultLies};

    static void ask(TestItem&, void* answer) { *static_cast<int*>(answer) = wqlab_current_is_mem_reclaim(); }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, wqlab_current_is_mem_reclaim() >= 0, "this kernel has no current_is_workqueue_mem_reclaim()");
        int* const says = t.own<int>();
        if (!says)
            return;
        for (const bool single : {false, true}) {
            TestItem& item = t.item("the item").on_run(ask, says);
            workqueue_struct* wq = wqlab_wq_create_legacy("wqlab-c196", single);
            SKIP_UNLESS(t, wq, "the workqueue can't be made");
            *says = -1;
            wqlab_queue_bare_on(wq, item.address(), -1);
            wqlab_wq_destroy(wq);
            const int wanted = t.has_fault(Fault::kResultLies);
            WANT(t, item.ended() == 1 && *says == wanted, "of %s it said %d",
                 single ? "create_singlethread_workqueue()" : "create_workqueue()", *says);
        }
    }
};

struct DescriptionOfAnyLength {
    static constexpr Promise kPromise = {197,
                                         "",
                                         "worker.description-of-any-length",
                                         "A description of one character is shown as any; after an empty one there is "
                                         "nothing behind a worker's name, and "
                                         "the next item has its workqueue's name again",
                                         "kernel/workqueue.c: set_worker_desc(), wq_worker_comm(), process_one_work()",
                                         0,
                                         Fault::kStepLies};

    struct Say {
        const char* what;  // nullptr: nothing
        Gate* gate;
        bool said;
    };

    static void describe(TestItem&, void* argument)
    {
        Say& say = *static_cast<Say*>(argument);
        if (say.what)
            wqlab_set_description(say.what);
        __atomic_store_n(&say.said, true, __ATOMIC_RELEASE);
        say.gate->pass();
    }

    // Behind the worker's own name, which has neither sign: "kworker/u9:1+x". An R- is a rescuer's.
    static bool is_shown(const char* comm, const char* wanted)
    {
        while (*comm && *comm != ':')
            comm++;
        while (*comm && *comm != '+' && *comm != '-' && *comm != '\n')
            comm++;
        return same_text(comm, wanted);
    }

    static void run(Trial& t)
    {
        const struct {
            const char *what, *wanted;
        } steps[] = {{"x", "+x\n"}, {"", "\n"}, {nullptr, "+wqlab-c197\n"}};
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1});
        for (const auto& step : steps) {
            Say* const say = t.own<Say>();
            if (!say)
                return;
            *say = {step.what, &t.gate(), false};
            TestItem& item = t.item("the item").on_run(describe, say);
            item.queue(wq);
            AWAIT(t, item.started() == 1 && __atomic_load_n(&say->said, __ATOMIC_ACQUIRE),
                  "the item to describe itself");
            char path[48];
            wqlab_format(path, sizeof(path), "/proc/%d/comm", item.last().pid);
            WANT(t, t.read(path) == 0, "%s can't be read", path);
            WANT(t, is_shown(t.text(), step.wanted), "described as \"%s\" its worker is called %s",
                 step.what ? step.what : "(nothing)", t.text());
            say->gate->open();
            AWAIT(t, item.ended() == 1, "the item to end");
        }
    }
};

constexpr Check kAll[] = {
    check_of<DescriptionIsCut>(),
    check_of<LogShowsAWorkqueue>(),
    check_of<HogsAreReported>(WQLAB_LACK_HOGS),
    check_of<OrdinaryWorkersAreNoRescuers>(),
    check_of<LegacyIsNoMemReclaim>(),
    check_of<DescriptionOfAnyLength>(),
};

}  // namespace log_and_proc

constinit const Group kLogAndProcChecks = group_of("introspection", log_and_proc::kAll);

}  // namespace wqlab
