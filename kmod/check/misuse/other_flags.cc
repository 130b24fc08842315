// SPDX-License-Identifier: GPL-2.0
// What is reported of per-CPU workqueues, whatever other flags they have.
#include "../../core/text.hh"
#include "../../glue/attributes.h"
#include "../../glue/context.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"

namespace wqlab {

namespace other_flags {

constexpr struct {
    uint32_t flags;
    const char* name;
} kKinds[] = {
    {WQLAB_WQ_HIGHPRI, "highpri"},     {WQLAB_WQ_MEM_RECLAIM, "with a rescuer"},
    {WQLAB_WQ_FREEZABLE, "freezable"}, {WQLAB_WQ_CPU_INTENSIVE, "CPU-intensive"},
    {WQLAB_WQ_SYSFS, "in sysfs"},      {WQLAB_WQ_BH, "BH"},
};

// judge(queue, name) of a workqueue of each kind that this kernel has.
template <typename Judge>
void for_each_kind(Trial& t, Judge judge)
{
    for (const auto& kind : kKinds) {
        if (kind.flags & WQLAB_WQ_BH && wqlab_lacks() & WQLAB_LACK_BH)
            continue;
        if (t.decided())
            return;
        Queue& wq = t.queue({.flags = kind.flags});
        if (!t.decided())
            judge(wq, kind.name);
    }
}

struct Refusal {
    int error;
    uint32_t warnings;
    char place[192];  // of the last of them: "at file:line function"
};

// Of the thread that makes this.
class WarningsAt {
public:
    explicit WarningsAt(Refusal* refusal) : refusal_(refusal), writer_(wqlab_current_task()) {}

    void see(const LogLine& line)
    {
        if (line.writer != writer_ || !line.has("WARNING: "))
            return;
        refusal_->warnings++;
        const char* from = line.find(" at ");
        const char* const end = line.text + line.size;
        uint32_t n = 0;
        // 7.x says behind a comma on which CPU it was.
        while (from && from < end && *from != ',' && n + 1 < sizeof(refusal_->place))
            refusal_->place[n++] = *from++;
        refusal_->place[n] = '\0';
    }

private:
    Refusal* const refusal_;
    const uintptr_t writer_;
};

struct AttributesOfNone {
    static constexpr Promise kPromise = {464,
                                         "",
                                         "misuse.attributes-of-no-per-cpu-kind",
                                         "apply_workqueue_attrs() of a per-CPU workqueue is refused with -EINVAL and a "
                                         "warning before the attributes are looked at, whatever other flags that has",
                                         "kernel/workqueue.c: apply_workqueue_attrs()",
                                         WQLAB_CHECK_NEGATIVE,
                                         Fault::kLogIsSilent};

    struct Refusals {
        Refusal of_attributes, of_plain, of_kind;
    };

    // Nobody takes these attributes: a kernel that looks at them does no harm, and reports it elsewhere.
    static void ask(Trial& t, Queue& wq, const char* name, Refusal& seen)
    {
        constexpr int kNoScope = 64;
        const wqlab_attributes wrong = {0, 0, kNoScope, false};
        seen = {};
        const LogListener<WarningsAt> log(&seen);
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        seen.error = kernel::apply(t, wq, wrong);
        SKIP_UNLESS(t, seen.error != -number(Errno::kNotSupported), "attributes can't be set now");
        SKIP_UNLESS(t, seen.error != -number(Errno::kNoMemory), "there was no memory for attributes");
        if (t.has_fault(Fault::kLogIsSilent))
            seen.warnings = 0;
        WANT(t, seen.warnings == 1 && seen.error == -number(Errno::kInvalid),
             "wrong attributes of a workqueue (%s) were reported %u times and gave error %d", name, seen.warnings,
             -seen.error);
    }

    static void run(Trial& t)
    {
        Refusals* const seen = t.own<Refusals>();
        Queue& unbound = t.queue({.flags = WQLAB_WQ_UNBOUND});
        Queue& plain = t.queue();
        if (!seen || t.decided())
            return;
        ask(t, unbound, "unbound", seen->of_attributes);
        if (!t.decided())
            ask(t, plain, "per-CPU", seen->of_plain);
        if (t.decided())
            return;
        SKIP_UNLESS(t, !same_text(seen->of_plain.place, seen->of_attributes.place),
                    "a report of the workqueue can't be told from one of its attributes");
        for_each_kind(t, [&](Queue& wq, const char* name) {
            ask(t, wq, name, seen->of_kind);
            WANT(t, t.decided() || !same_text(seen->of_kind.place, seen->of_attributes.place),
                 "of a per-CPU workqueue (%s), which can't have any, attributes were looked at", name);
        });
    }
};

struct ByNode {
    static constexpr Promise kPromise = {
        465,
        "",
        "misuse.queue-work-node-of-each-kind",
        "queue_work_node() of a per-CPU workqueue warns and queues all the same, whatever other flags that has",
        "kernel/workqueue.c: queue_work_node()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    static void judge(Trial& t, Queue& wq, const char* name)
    {
        constexpr uint32_t kTries = 4;
        const bool is_silent = t.has_fault(Fault::kLogIsSilent);
        uint32_t ours = 0, all = 0;
        // It warns once, until it is made to forget; of somebody else, perhaps, who may not have said so yet.
        for (uint32_t i = 0; i < kTries && !ours; i++) {
            TestItem& item = t.item("the item");
            const LogListener<Warnings> log;
            SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
            if (!hear_again(t))
                return;
            WANT(t, item.queue_node(wq, -1), "an item of a per-CPU workqueue (%s) was not queued", name);
            AWAIT(t, item.ended() == 1, "the item to run");
            ours = is_silent ? 0 : log.heard().ours();
            all += is_silent ? 0 : log.heard().all();
        }
        SKIP_UNLESS(t, ours || !all, "somebody else was warned meanwhile");
        WANT(t, ours == 1, "queue_work_node() of a per-CPU workqueue (%s) warned %u times", name, ours);
    }

    static void run(Trial& t)
    {
        for_each_kind(t, [&](Queue& wq, const char* name) { judge(t, wq, name); });
    }
};

constexpr Check kAll[] = {
    check_of<AttributesOfNone>(WQLAB_LACK_SCOPES),
    check_of<ByNode>(),
};

}  // namespace other_flags

constinit const Group kOtherFlagChecks = group_of("misuse", other_flags::kAll);

}  // namespace wqlab
