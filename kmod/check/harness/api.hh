// SPDX-License-Identifier: GPL-2.0
// The kernel's functions as checks call them. What may wait for items or for all of a workqueue's pools is in a
// Calls::Scope; queueing and asking do not wait, set_max_active() takes the workqueue's mutex only, and user space is
// waited for no longer than check_bounds::kStep. Every check calls them through such a table, so that a fault can stand
// in for some (fault.cc).
#pragma once

#include "../../glue/attributes.h"

namespace wqlab {

class Queue;
class TestItem;
class Trial;
struct Execution;
struct Shape;
struct Snapshot;

struct Api {
    // ---- of items; cpu -1 is WORK_CPU_UNBOUND
    bool (*queue_on)(Trial& trial, Queue& queue, TestItem& item, int cpu);
    bool (*queue_node)(Trial& trial, Queue& queue, TestItem& item, int node);
    bool (*queue_delayed)(Trial& trial, Queue& queue, TestItem& item, int cpu, uint64_t jiffies);
    bool (*mod_delayed)(Trial& trial, Queue& queue, TestItem& item, int cpu, uint64_t jiffies);
    bool (*queue_rcu)(Trial& trial, Queue& queue, TestItem& item);
    bool (*flush_work)(Trial& trial, TestItem& item);
    bool (*cancel)(Trial& trial, TestItem& item);
    bool (*cancel_sync)(Trial& trial, TestItem& item);
    bool (*disable)(Trial& trial, TestItem& item, bool sync);
    bool (*enable)(Trial& trial, TestItem& item);
    bool (*enable_and_queue)(Trial& trial, Queue& queue, TestItem& item);
    bool (*pending)(Trial& trial, TestItem& item);
    uint32_t (*busy)(Trial& trial, TestItem& item);

    // ---- of workqueues
    void (*flush_workqueue)(Trial& trial, Queue& queue);
    void (*drain)(Trial& trial, Queue& queue);
    void (*destroy)(Trial& trial, Queue& queue);
    void (*set_max_active)(Trial& trial, Queue& queue, int max_active);
    bool (*congested)(Trial& trial, Queue& queue, int cpu);
    int (*apply)(Trial& trial, Queue& queue, const wqlab_attributes& attributes);

    // ---- what is seen of the kernel: the kernel's own do nothing to it
    void (*shape)(Shape& asked_for);
    void (*execution)(Trial& trial, TestItem& item, Execution& noted);
    void (*snapshot)(Snapshot& taken);

    // ---- by user space: errno, 0: done
    int (*write)(Trial& trial, const char* path, const char* text);
    int (*read)(Trial& trial, uint32_t kind, const char* path);  // into Trial::text()
};

namespace kernel {

bool queue_on(Trial& trial, Queue& queue, TestItem& item, int cpu);
bool queue_node(Trial& trial, Queue& queue, TestItem& item, int node);
bool queue_delayed(Trial& trial, Queue& queue, TestItem& item, int cpu, uint64_t jiffies);
bool mod_delayed(Trial& trial, Queue& queue, TestItem& item, int cpu, uint64_t jiffies);
bool queue_rcu(Trial& trial, Queue& queue, TestItem& item);
bool flush_work(Trial& trial, TestItem& item);
bool cancel(Trial& trial, TestItem& item);
bool cancel_sync(Trial& trial, TestItem& item);
bool disable(Trial& trial, TestItem& item, bool sync);
bool enable(Trial& trial, TestItem& item);
bool enable_and_queue(Trial& trial, Queue& queue, TestItem& item);
bool pending(Trial& trial, TestItem& item);
uint32_t busy(Trial& trial, TestItem& item);
void flush_workqueue(Trial& trial, Queue& queue);
void drain(Trial& trial, Queue& queue);
void destroy(Trial& trial, Queue& queue);
void set_max_active(Trial& trial, Queue& queue, int max_active);
bool congested(Trial& trial, Queue& queue, int cpu);
int apply(Trial& trial, Queue& queue, const wqlab_attributes& attributes);
inline void shape(Shape&) {}
inline void execution(Trial&, TestItem&, Execution&) {}
inline void snapshot(Snapshot&) {}
int write(Trial& trial, const char* path, const char* text);
int read(Trial& trial, uint32_t kind, const char* path);

}  // namespace kernel

inline constexpr Api kKernelApi = {
    kernel::queue_on,
    kernel::queue_node,
    kernel::queue_delayed,
    kernel::mod_delayed,
    kernel::queue_rcu,
    kernel::flush_work,
    kernel::cancel,
    kernel::cancel_sync,
    kernel::disable,
    kernel::enable,
    kernel::enable_and_queue,
    kernel::pending,
    kernel::busy,
    kernel::flush_workqueue,
    kernel::drain,
    kernel::destroy,
    kernel::set_max_active,
    kernel::congested,
    kernel::apply,
    kernel::shape,
    kernel::execution,
    kernel::snapshot,
    kernel::write,
    kernel::read,
};

}  // namespace wqlab
