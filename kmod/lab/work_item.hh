// SPDX-License-Identifier: GPL-2.0
// A work item: the kernel's struct, and the C++ object around it.
#pragma once

#include "../glue/work.h"
#include "layout.h"
#include "sync.hh"

namespace wqlab {

inline constexpr size_t kWorkSize = WQLAB_SIZEOF_DELAYED_WORK > WQLAB_SIZEOF_RCU_WORK ? WQLAB_SIZEOF_DELAYED_WORK
                                                                                      : WQLAB_SIZEOF_RCU_WORK;
static_assert(kWorkSize >= WQLAB_SIZEOF_WORK);

// Derive from it as class Item : public WorkItem<Item>. The work function finds
// the item by of(); it is extern "C", because whoever looks into the kernel
// sees its name. An item must not end while pending or running: flush() first.
template <typename Derived>
class WorkItem {
public:
    WorkItem(wqlab_work_kind kind, void (*function)(work_struct*)) : kind_(kind)
    {
        wqlab_work_init(work(), kind, function);
    }
    WorkItem(const WorkItem&) = delete;

    // As the kernel's functions of these names.
    bool queue(workqueue_struct* wq) { return queue_work_on(WQLAB_WORK_CPU_UNBOUND, wq, work()); }
    bool queue_on(workqueue_struct* wq, uint32_t cpu) { return wqlab_queue_on(wq, work(), cpu); }
    bool queue_bare_on(workqueue_struct* wq, uint32_t cpu)
    {
        return wqlab_queue_bare_on(wq, work(), static_cast<int>(cpu));
    }
    bool queue_node(workqueue_struct* wq, uint32_t node) { return wqlab_queue_node(wq, work(), node); }
    bool queue_delayed(workqueue_struct* wq, uint64_t ns) { return wqlab_queue_delayed(wq, work(), ns); }
    bool queue_rcu(workqueue_struct* wq) { return wqlab_queue_rcu(wq, work()); }
    bool mod_delayed(workqueue_struct* wq, uint64_t ns) { return wqlab_mod_delayed(wq, work(), ns); }
    bool cancel() { return wqlab_cancel(work(), kind_); }
    bool flush() { return wqlab_flush(work(), kind_); }

    static Derived& of(work_struct* work)
    {
        static_assert(__builtin_offsetof(WorkItem, storage_) == 0);
        return *static_cast<Derived*>(reinterpret_cast<WorkItem*>(work));
    }

protected:
    wqlab_work_kind kind() const { return kind_; }
    work_struct* work() { return storage_.get(); }

private:
    Opaque<work_struct, kWorkSize> storage_;
    wqlab_work_kind kind_;
};

}  // namespace wqlab
