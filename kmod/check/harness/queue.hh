// SPDX-License-Identifier: GPL-2.0
// A workqueue of a trial, which owns it and destroys it.
#pragma once

#include "../../glue/attributes.h"
#include "../../glue/workqueue.h"
#include "../../lab/workqueue.hh"
#include "../../uapi/wqlab.h"

namespace wqlab {

class Trial;

// The one with the most pods: that of nodes where there are no affinity scopes.
inline const char* smallest_scope() { return wqlab_lacks() & WQLAB_LACK_SCOPES ? "numa" : "cpu"; }

// What a workqueue shall be like.
struct Shape {
    uint32_t flags = 0;       // enum wqlab_wq_flag
    uint32_t max_active = 0;  // 0: the kernel's default
    // Unbound ones only. A nice value that nobody else has gives it pools that
    // nobody else has, so that the system neither disturbs nor masks a check.
    bool is_private = true;
    const char* scope = nullptr;  // "cpu", "system", ...; nullptr: the default
    bool strict = false;
    uint64_t cpus = 0;           // of the first 64; 0: all
    const char* name = nullptr;  // nullptr: made of the check's row
};

class Queue {
public:
    static constexpr int kPrivateNice = 7;

    Queue(Trial& trial, Workqueue wq, const Shape& shape) : trial_(trial), wq_(std::move(wq)), shape_(shape) {}

    workqueue_struct* get() const { return wq_.get(); }
    const Shape& shape() const { return shape_; }
    const char* name() const { return name_; }
    bool is_bh() const { return shape_.flags & WQLAB_WQ_BH; }
    const Queue* next() const { return next_; }  // of the trial
    // From now on it is the caller's, and none here.
    Workqueue take() { return std::move(wq_); }

    // ---- the kernel's functions; a fault of the trial's stands in for some (api.hh)
    void flush();
    void drain();
    void destroy();  // before the trial's end
    void set_max_active(int max_active);
    bool congested(int cpu);
    // apply_workqueue_attrs(): 0 or -errno; nice stays private unless given.
    int apply(const char* scope, bool strict, uint64_t cpus = 0, int nice = kPrivateNice);
    // What apply() set last; nullptr: nothing.
    const wqlab_attributes* attributes() const { return has_attributes_ ? &attributes_ : nullptr; }

private:
    friend class Instruments;

    Trial& trial_;
    Workqueue wq_;
    const Shape shape_;
    wqlab_attributes attributes_ = {};
    bool has_attributes_ = false;
    Queue* next_ = nullptr;  // in the trial's list
    char name_[24] = {};
};

}  // namespace wqlab
