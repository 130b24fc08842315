// SPDX-License-Identifier: GPL-2.0
#include "recorder/only_workqueues.hh"

namespace wqctl {

void OnlyWorkqueues::begin(const Head& head, const Tables& tables)
{
    tables_ = &tables;
    next_.begin(head, tables);
}

bool OnlyWorkqueues::wanted(WorkqueueId id)
{
    if (workqueues_.size() <= id)
        workqueues_.resize(id + 1, Known::kNot);
    if (workqueues_[id] == Known::kNot)
        workqueues_[id] = tables_->is_meant(id, patterns_) ? Known::kWanted : Known::kUnwanted;
    return workqueues_[id] == Known::kWanted;
}

bool OnlyWorkqueues::passes(const Event& event)
{
    if (patterns_.empty())
        return true;
    const uint64_t item = event.item ? event.item : event.other;
    if (event.kind == EventKind::kLost || event.kind == EventKind::kCondition)
        return true;
    if (!event.workqueue)
        return item ? items_.contains(item) : event.kind != EventKind::kFlushEnds;
    const bool passes = wanted(event.workqueue);
    // An address may be another workqueue's item by now.
    if (item && event.kind == EventKind::kQueue) {
        if (passes)
            items_.insert(item);
        else
            items_.erase(item);
    }
    if (item && event.kind == EventKind::kStart && passes)
        items_.insert(item);
    return passes;
}

void OnlyWorkqueues::event(const Event& event)
{
    if (passes(event))
        next_.event(event);
}

}  // namespace wqctl
