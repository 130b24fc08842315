// SPDX-License-Identifier: GPL-2.0
#include "api.hh"

#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "trial.hh"

namespace wqlab::kernel {

bool queue_on(Trial&, Queue& queue, TestItem& item, int cpu)
{
    return wqlab_queue_bare_on(queue.get(), item.address(), cpu);
}

bool queue_node(Trial&, Queue& queue, TestItem& item, int node)
{
    return wqlab_queue_node(queue.get(), item.address(), static_cast<uint32_t>(node));
}

bool queue_delayed(Trial&, Queue& queue, TestItem& item, int cpu, uint64_t jiffies)
{
    return wqlab_queue_delayed_on(queue.get(), item.address(), cpu, jiffies);
}

bool mod_delayed(Trial&, Queue& queue, TestItem& item, int cpu, uint64_t jiffies)
{
    return wqlab_mod_delayed_on(queue.get(), item.address(), cpu, jiffies);
}

bool queue_rcu(Trial&, Queue& queue, TestItem& item) { return wqlab_queue_rcu(queue.get(), item.address()); }

bool flush_work(Trial& trial, TestItem& item)
{
    const Calls::Scope in(trial.calls(), Call::kFlushWork, item.name());
    return wqlab_flush(item.address(), item.kind());
}

bool cancel(Trial&, TestItem& item) { return wqlab_cancel(item.address(), item.kind()); }

bool cancel_sync(Trial& trial, TestItem& item)
{
    const Calls::Scope in(trial.calls(), Call::kCancelSync, item.name());
    return wqlab_cancel_sync(item.address(), item.kind());
}

bool disable(Trial& trial, TestItem& item, bool sync)
{
    const Calls::Scope in(trial.calls(), Call::kDisable, item.name());
    return wqlab_disable(item.address(), item.kind(), sync);
}

bool enable(Trial&, TestItem& item) { return wqlab_enable(item.address(), item.kind()); }

bool enable_and_queue(Trial&, Queue& queue, TestItem& item)
{
    return wqlab_enable_and_queue(queue.get(), item.address());
}

bool pending(Trial&, TestItem& item) { return wqlab_work_pending(item.address()); }

uint32_t busy(Trial&, TestItem& item) { return wqlab_work_busy(item.address()); }

void flush_workqueue(Trial& trial, Queue& queue)
{
    const Calls::Scope in(trial.calls(), Call::kFlushWorkqueue, queue.name());
    wqlab_flush_workqueue(queue.get());
}

void drain(Trial& trial, Queue& queue)
{
    const Calls::Scope in(trial.calls(), Call::kDrainWorkqueue, queue.name());
    wqlab_drain_workqueue(queue.get());
}

void destroy(Trial& trial, Queue& queue)
{
    const Calls::Scope in(trial.calls(), Call::kDestroyWorkqueue, queue.name());
    const Workqueue last = queue.take();
}

void set_max_active(Trial&, Queue& queue, int max_active) { wqlab_set_max_active(queue.get(), max_active); }

bool congested(Trial&, Queue& queue, int cpu) { return wqlab_congested(cpu, queue.get()); }

int apply(Trial& trial, Queue& queue, const wqlab_attributes& attributes)
{
    const Calls::Scope in(trial.calls(), Call::kApplyAttributes, queue.name());
    return wqlab_attributes_apply(queue.get(), &attributes);
}

int write(Trial& trial, const char* path, const char* text) { return trial.ask(WQLAB_STEP_WRITE, path, text); }

int read(Trial& trial, uint32_t kind, const char* path) { return trial.ask(kind, path, ""); }

}  // namespace wqlab::kernel
