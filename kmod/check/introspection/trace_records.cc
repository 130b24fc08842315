// SPDX-License-Identifier: GPL-2.0
// What the tracepoints write down, which is all that perf, BPF and tracefs get.
#include "../../glue/trace.h"
#include "../../glue/trace_records.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace trace_records {

// Of one item, on one CPU. The trial's: records come while the check looks.
struct Noted {
    Trial* trial;
    uintptr_t work;
    uint32_t counts[WQLAB_TRACE_END + 1];
    uintptr_t functions[WQLAB_TRACE_END + 1];
    char workqueue[24];
    int req_cpu, cpu;
};

// What each record has to name that names a function at all.
inline uintptr_t right_function() { return reinterpret_cast<uintptr_t>(wqlab_test_item); }

class Listener {
public:
    Listener(Noted* noted, uint32_t cpu) : records_(wqlab_trace_records_attach(cpu, see, noted)) {}
    Listener(const Listener&) = delete;
    ~Listener() { stop(); }

    bool attached() const { return records_; }
    bool filtered() const { return wqlab_trace_records_filtered(records_); }
    // After it nothing is noted.
    void stop() { wqlab_trace_records_detach(std::exchange(records_, nullptr)); }

private:
    static void see(void* listener, const wqlab_recorded_event* record)
    {
        Noted& noted = *static_cast<Noted*>(listener);
        if (record->work != noted.work)
            return;
        const bool lies = noted.trial->has_fault(Fault::kTraceFieldsLie);
        noted.counts[record->event]++;
        noted.functions[record->event] = record->names_function ? record->function + lies : right_function();
        if (record->event == WQLAB_TRACE_QUEUE) {
            Text(noted.workqueue).add(record->workqueue);
            noted.req_cpu = record->req_cpu + lies;
            noted.cpu = record->cpu;
        }
    }

    wqlab_trace_records* records_;
};

struct RecordsSayWhatIs {
    static constexpr Promise kPromise = {
        302,
        "",
        "trace.records-say-what-is",
        "What the trace events write down, which perf and BPF get, is right: each names the item and its function, "
        "and that of queueing the workqueue, the CPU that was asked for and that of the pool, -1 of an unbound one",
        "include/trace/events/workqueue.h",
        0,
        Fault::kTraceFieldsLie};

    static constexpr const char* kNames[] = {"queueing", "activation", "start", "end"};

    struct Kind {
        const char* name;
        uint32_t flags;
        bool asks;  // for the CPU
    };
    static constexpr Kind kKinds[] = {
        {"a per-CPU", 0, true},
        {"an unbound", WQLAB_WQ_UNBOUND, true},
        {"an unbound", WQLAB_WQ_UNBOUND, false},
    };

    static void judge(Trial& t, const Kind& kind, uint32_t cpu)
    {
        const bool is_unbound = kind.flags & WQLAB_WQ_UNBOUND;
        // All of it happens on one CPU.
        Queue& wq = t.queue({.flags = kind.flags,
                             .scope = is_unbound ? "system" : nullptr,
                             .strict = is_unbound && !(wqlab_lacks() & WQLAB_LACK_SCOPES),
                             .cpus = is_unbound ? uint64_t{1} << cpu : 0,
                             .name = "wqlab-c302"});
        TestItem& item = t.item("the item");
        Noted* const noted = t.own<Noted>();
        if (!noted || t.decided())
            return;
        *noted = {&t, reinterpret_cast<uintptr_t>(item.address()), {}, {}, {}, 0, 0};
        Listener listener(noted, cpu);
        SKIP_UNLESS(t, listener.attached(),
                    "this kernel gives no records of the workqueue's trace events, or a BPF program takes them");
        const int asked = kind.asks ? static_cast<int>(cpu) : -1;
        t.on_cpu(cpu, [&t, &wq, &item, asked] { return kernel::queue_on(t, wq, item, asked); });
        AWAIT(t, item.ended() == 1, "the item to run");
        wq.flush();
        SKIP_UNLESS(t, !listener.filtered(), "a BPF program was attached to the workqueue's trace events meanwhile");
        listener.stop();
        SKIP_UNLESS(t, item.last().cpu == cpu, "CPU %u was not to be had", cpu);
        for (uint32_t event = 0; event <= WQLAB_TRACE_END; event++) {
            WANT(t, noted->counts[event] == 1, "of %s workqueue's item %u records of its %s were made", kind.name,
                 noted->counts[event], kNames[event]);
            WANT(t, noted->functions[event] == right_function(), "the record of its %s names another function",
                 kNames[event]);
        }
        WANT(t, same_text(noted->workqueue, "wqlab-c302"), "the record of its queueing names %s", noted->workqueue);
        const int req_cpu = kind.asks ? asked : static_cast<int>(wqlab_cpu_unbound());
        WANT(t, noted->req_cpu == req_cpu, "it was queued for CPU %d, and the record says for %d", req_cpu,
             noted->req_cpu);
        const int pool_cpu = is_unbound ? -1 : static_cast<int>(cpu);
        WANT(t, noted->cpu == pool_cpu, "of a pool of CPU %d the record says CPU %d", pool_cpu, noted->cpu);
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        if (t.decided())
            return;
        // Not the first one, whose number is nought, if there is another.
        const uint32_t cpu = has_two(allowed) ? second_of(allowed) : first_of(allowed);
        for (const Kind& kind : kKinds)
            if (!t.decided())
                judge(t, kind, cpu);
    }
};

constexpr Check kAll[] = {
    check_of<RecordsSayWhatIs>(),
};

}  // namespace trace_records

constinit const Group kTraceRecordsChecks = group_of("introspection", trace_records::kAll);

}  // namespace wqlab
