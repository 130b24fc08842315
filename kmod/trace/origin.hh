// SPDX-License-Identifier: GPL-2.0
// Which workqueue an item is of. What leads there is kernel/workqueue.c's own.
#pragma once

#include "../glue/context.h"
#include "../glue/inspect.h"
#include "../inspect/kernel.hh"

namespace wqlab {

// Workqueues come and go, and one may be made where another one was: the tag,
// made of its name, tells the two apart.
struct Origin {
    uint64_t workqueue;  // address; 0: not known
    uint64_t tag;
};

// Any context.
class Origins {
public:
    static constexpr size_t kNameSize = 32;  // WQ_NAME_LEN

    Origins() = default;
    // The kernel has view::kLatency.
    explicit Origins(const Kernel& kernel)
        : barrier_(kernel[Symbol::kBarrierFunction]),
          pwq_wq_(kernel.address(0, Field::kPwqWq)),
          name_(kernel.address(0, Field::kWqName)),
          has_workers_(kernel.has(Field::kWorkerPwq)),
          worker_pwq_(kernel.address(0, Field::kWorkerPwq))
    {
    }

    // Of a live pwq.
    Origin of_pwq(Address pwq) const { return with_tag(*reinterpret_cast<const Address*>(pwq + pwq_wq_)); }

    // Of a live workqueue.
    Origin of(Address workqueue) const { return with_tag(workqueue); }

    // Of what the current task, a worker, executes.
    Origin of_current() const
    {
        const Address worker = wqlab_current_worker();
        Address pwq = 0, workqueue = 0;
        if (!worker || !has_workers_ || !wqlab_peek(&pwq, worker + worker_pwq_, sizeof(pwq)) || !pwq ||
            !wqlab_peek(&workqueue, pwq + pwq_wq_, sizeof(workqueue)) || !workqueue)
            return {};
        return with_tag(workqueue);
    }

    // The same of a worker that is between the start and the end of an item: its pwq is there.
    Origin of_running(Address worker) const
    {
        if (!worker || !has_workers_)
            return {};
        return of_pwq(*reinterpret_cast<const Address*>(worker + worker_pwq_));
    }

    // "" when it is not there.
    void copy_name(uint64_t workqueue, char (&name)[kNameSize]) const
    {
        if (!workqueue || !wqlab_peek(name, workqueue + name_, kNameSize))
            name[0] = '\0';
        name[kNameSize - 1] = '\0';
    }

    // flush_work() and flush_workqueue() put barriers among the items.
    bool is_barrier(Address function) const { return function == barrier_; }

private:
    Origin with_tag(Address workqueue) const
    {
        uint64_t tag = 0;
#pragma GCC unroll 4
        for (size_t at = 0; at < kNameSize; at += sizeof(uint64_t)) {
            uint64_t word;
            __builtin_memcpy(&word, reinterpret_cast<const void*>(workqueue + name_ + at), sizeof(word));
            tag = (tag ^ word) * 0x9e3779b97f4a7c15;
        }
        return {workqueue, tag};
    }

    Address barrier_ = 0;
    Address pwq_wq_ = 0;
    Address name_ = 0;
    bool has_workers_ = false;
    Address worker_pwq_ = 0;
};

}  // namespace wqlab
