// SPDX-License-Identifier: GPL-2.0
#include "trace/event.hh"

#include "snapshot/workqueue_labels.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

constexpr std::string_view kTooMany = "(too many names)";

}  // namespace

NameId Tables::name(std::string_view text)
{
    if (text.empty())
        return 0;
    if (const auto known = ids_.find(text); known != ids_.end())
        return known->second;
    if (names_.size() >= kMostNames && text != kTooMany)
        return name(kTooMany);
    const auto id = static_cast<NameId>(names_.size());
    ids_.emplace(names_.emplace_back(text), id);
    return id;
}

void Tables::call(uint64_t identity, const std::string& name, std::string label)
{
    known_names_.insert(printable(name));
    labels_[{identity, name}] = std::move(label);
}

std::string Tables::label_of(const TracedWorkqueue& workqueue)
{
    // The next one at that address is another.
    if (auto known = labels_.extract({workqueue.identity, workqueue.name}))
        return std::move(known.mapped());
    std::string label = printable(workqueue.name);
    if (!known_names_.insert(label).second)
        label += " #" + identity_text(workqueue.identity);
    return label;
}

WorkqueueId Tables::add(TracedWorkqueue workqueue)
{
    if (workqueue.label.empty())
        workqueue.label = label_of(workqueue);
    workqueues_.push_back(std::move(workqueue));
    return static_cast<WorkqueueId>(workqueues_.size() - 1);
}

bool Tables::is_meant(WorkqueueId id, const Patterns& patterns) const
{
    return patterns.match(workqueue(id).name) || patterns.match(workqueue(id).label);
}

const TracedPool* Tables::pool(int32_t id) const
{
    const auto found = pools_.find(id);
    return found == pools_.end() ? nullptr : &found->second;
}

uint64_t Tail::lost_events() const
{
    uint64_t sum = 0;
    for (const CpuLoss& one : lost)
        sum += one.events;
    return sum;
}

uint64_t Tail::calls_passed_over() const
{
    uint64_t sum = 0;
    for (const PassedOver& one : passed_over)
        sum += one.calls;
    return sum;
}

}  // namespace wqctl
