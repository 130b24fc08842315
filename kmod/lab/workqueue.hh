// SPDX-License-Identifier: GPL-2.0
// A real workqueue, our own or a system one.
#pragma once

#include "../core/result.hh"
#include "../glue/workqueue.h"

namespace wqlab {

class Workqueue {
public:
    Workqueue() = default;
    Workqueue(Workqueue&& other) : wq_(std::exchange(other.wq_, nullptr)), own_(other.own_), flags_(other.flags_) {}
    Workqueue& operator=(Workqueue&& other)
    {
        std::swap(wq_, other.wq_);
        std::swap(own_, other.own_);
        std::swap(flags_, other.flags_);
        return *this;
    }
    // Waits for every item queued on an own one (destroy_workqueue()).
    ~Workqueue()
    {
        if (wq_ && own_)
            wqlab_wq_destroy(wq_);
    }

    // flags: enum wqlab_wq_flag. The name is not a format.
    static Result<Workqueue> create(const char* name, uint32_t flags, uint32_t max_active)
    {
        Workqueue workqueue;
        workqueue.wq_ = wqlab_wq_create(name, flags, max_active);
        workqueue.own_ = true;
        workqueue.flags_ = flags;
        if (!workqueue.wq_)
            return Errno::kNoMemory;
        return workqueue;
    }

    static Result<Workqueue> system(const char* name)
    {
        Workqueue workqueue;
        workqueue.wq_ = wqlab_wq_system(name, &workqueue.flags_);
        if (!workqueue.wq_)
            return Errno::kNoEntry;
        return workqueue;
    }

    workqueue_struct* get() const { return wq_; }
    uint32_t flags() const { return flags_; }
    explicit operator bool() const { return wq_ != nullptr; }

private:
    workqueue_struct* wq_ = nullptr;
    bool own_ = false;
    uint32_t flags_ = 0;
};

}  // namespace wqlab
