// SPDX-License-Identifier: GPL-2.0
// Memory that it takes to write to the files of workqueues.
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/thread.h"
#include "../scenes/kept_memory.hh"
#include "../scenes/look.hh"
#include "../scenes/thread_log.hh"

namespace wqlab {

namespace file_memory {

// The thread that writes for the check, until the end. get() is 0 where that is not seen.
class Writer {
public:
    explicit Writer(Trial& trial)
    {
        // "123 (wqctl) R ...": where processes are numbered apart that is another's number, or nobody's.
        if (trial.ask(WQLAB_STEP_READ, "/proc/thread-self/stat", ""))
            return;
        int32_t pid = 0;
        for (const char* at = trial.text(); *at >= '0' && *at <= '9'; at++)
            pid = pid * 10 + (*at - '0');
        thread_ = wqlab_thread_get(pid);
    }
    Writer(const Writer&) = delete;
    ~Writer()
    {
        if (thread_)
            wqlab_thread_put(thread_);
    }

    uintptr_t get() const { return reinterpret_cast<uintptr_t>(thread_); }

private:
    task_struct* thread_ = nullptr;
};

struct FilesLeaveNothing {
    static constexpr Promise kPromise = {
        405,
        "",
        "sysfs.files-leave-no-memory",
        "Of what is allocated for attributes that are written to a workqueue's files, taken or refused, nothing is "
        "left when that has gone",
        "kernel/workqueue.c: wq_nice_store(), wq_cpumask_store(), wq_affn_scope_store(), wq_affinity_strict_store()",
        0,
        Fault::kFlushReturnsEarly};

    static bool is_of_attributes(uintptr_t site)
    {
        char name[96];
        wqlab_symbol_name(site, name, sizeof(name));
        for (const char* part : {"workqueue_attrs", "wqattrs", "worker_pool", "unbound_pool", "wq_nice", "wq_cpumask",
                                 "wq_affn", "wq_affinity", "wq_sysfs"})
            if (find_in(name, part))
                return true;
        return false;
    }

    static void run(Trial& t)
    {
        constexpr const char* kName = "wqlab-c405";
        const struct {
            const char *file, *good, *bad;
        } files[] = {{"nice", "8", "x"},
                     {"cpumask", "1", "x"},
                     {"affinity_scope", "cpu", "junk"},
                     {"affinity_strict", "1", "x"}};
        leaks::Kept* const kept = t.own<leaks::Kept>();
        if (!kept)
            return;
        const Writer writer(t);
        leaks::Watch watch(*kept);
        SKIP_UNLESS(t, watch.attached() && writer.get(), "allocations can't be watched here, or not whose");
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_SYSFS, .name = kName});
        if (t.decided())
            return;
        watch.track(writer.get());
        for (const auto& [file, good, bad] : files) {
            char path[80];
            wqlab_format(path, sizeof(path), "/sys/devices/virtual/workqueue/%s/%s", kName, file);
            const int taken = t.write(path, good), refused = t.write(path, bad);
            SKIP_UNLESS(t, !is_closed(taken), "%s can't be written: error %d", path, taken);
            WANT(t, taken == 0 && refused, "\"%s\" written to %s gave error %d, and \"%s\" %d", good, file, taken, bad,
                 refused);
        }
        watch.rest();
        uintptr_t site = 0;
        // Where processes are numbered apart it was somebody else who was watched.
        SKIP_UNLESS(t, kept->count(is_of_attributes, site), "what is allocated for attributes is not seen");
        wq.destroy();
        leaks::await_freed(t, *kept, is_of_attributes, "what was allocated for attributes to be freed");
    }
};

constexpr Check kAll[] = {
    check_of<FilesLeaveNothing>(WQLAB_LACK_SCOPES),
};

}  // namespace file_memory

constinit const Group kFileMemoryChecks = group_of("drain", file_memory::kAll);

}  // namespace wqlab
