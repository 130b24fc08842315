// SPDX-License-Identifier: GPL-2.0
#include "recorder/decoder.hh"

#include <algorithm>
#include <cstring>
#include <utility>

#include <unistd.h>

namespace wqctl {

using wqlab::TraceRecord;

namespace {

EventKind kind_of(uint32_t kind)
{
    switch (kind) {
    case WQLAB_TRACE_KIND_QUEUE: return EventKind::kQueue;
    case WQLAB_TRACE_KIND_ACTIVATE: return EventKind::kActivate;
    case WQLAB_TRACE_KIND_START: return EventKind::kStart;
    case WQLAB_TRACE_KIND_END: return EventKind::kEnd;
    case WQLAB_TRACE_KIND_SLEEP: return EventKind::kSleep;
    case WQLAB_TRACE_KIND_WAKE: return EventKind::kWake;
    case WQLAB_TRACE_KIND_FLUSH_BEGINS: return EventKind::kFlushBegins;
    case WQLAB_TRACE_KIND_FLUSH_ENDS: return EventKind::kFlushEnds;
    case WQLAB_TRACE_KIND_CANCEL: return EventKind::kCancel;
    case WQLAB_TRACE_KIND_WORKER_MADE: return EventKind::kWorkerMade;
    case WQLAB_TRACE_KIND_WORKER_GONE: return EventKind::kWorkerGone;
    case WQLAB_TRACE_KIND_MANAGER_BEGINS: return EventKind::kManagerBegins;
    case WQLAB_TRACE_KIND_MANAGER_ENDS: return EventKind::kManagerEnds;
    case WQLAB_TRACE_KIND_MAYDAY: return EventKind::kMayday;
    case WQLAB_TRACE_KIND_RESCUE_BEGINS: return EventKind::kRescueBegins;
    case WQLAB_TRACE_KIND_RESCUE_ENDS: return EventKind::kRescueEnds;
    case WQLAB_TRACE_KIND_ATTRIBUTES: return EventKind::kAttributes;
    default: return EventKind::kLost;
    }
}

EventContext context_of(uint32_t context)
{
    switch (context) {
    case WQLAB_TRACE_CONTEXT_SOFTIRQ: return EventContext::kSoftirq;
    case WQLAB_TRACE_CONTEXT_HARDIRQ: return EventContext::kHardirq;
    case WQLAB_TRACE_CONTEXT_NMI: return EventContext::kNmi;
    default: return EventContext::kTask;
    }
}

// A delayed item is queued by its timer: by name, and where the compiler made its last call a jump, by who called that.
bool is_timer(std::string_view caller) { return caller == "delayed_work_timer_fn" || caller == "call_timer_fn"; }

// Of bytes in which nobody vouches for a NUL.
template <typename Bytes>
std::string_view text_of(const Bytes& bytes)
{
    const char* text = reinterpret_cast<const char*>(std::data(bytes));
    return {text, strnlen(text, std::size(bytes))};
}

std::string comm_of(const wqlab_trace_record& record)
{
    const char* comm = TraceRecord::comm(record);
    return {comm, strnlen(comm, WQLAB_TRACE_COMM_LEN)};
}

}  // namespace

Decoder::Decoder(const Rings& rings, const wqlab_trace_layout& layout, Tables& tables)
    : rings_(rings),
      layout_(layout),
      tables_(tables),
      names_(layout.names + 1),
      workqueues_(layout.names + 1),
      tasks_(layout.cpus),
      items_(kItems)
{
}

uint64_t Decoder::ns_of(uint64_t ticks) const
{
    return static_cast<uint64_t>((static_cast<unsigned __int128>(ticks) * layout_.mult) >> layout_.shift);
}

uint64_t Decoder::time_of(uint64_t stamp) const
{
    return stamp > layout_.begun_stamp ? ns_of(stamp - layout_.begun_stamp) : 0;
}

// Who claimed it may be another CPU than that of the event, and still at it; for long only if its time is stolen.
const wqlab_trace_name* Decoder::wait_for(uint32_t number) const
{
    constexpr int kPatience = 50;
    const wqlab_trace_name* found = rings_.name(number);
    for (int i = 0; !found && number && i < kPatience; i++) {
        usleep(100);
        found = rings_.name(number);
    }
    return found;
}

NameId Decoder::name(uint32_t number)
{
    if (number >= names_.size())
        return 0;
    if (!names_[number])
        if (const wqlab_trace_name* found = wait_for(number))
            names_[number] = tables_.name(text_of(found->text));
    return names_[number];
}

WorkqueueId Decoder::workqueue(uint32_t number)
{
    if (number >= workqueues_.size())
        return 0;
    if (!workqueues_[number])
        if (const wqlab_trace_name* found = wait_for(number))
            workqueues_[number] = tables_.add({.name = std::string(text_of(found->text)),
                                               .identity = found->identity,
                                               .unbound = (found->flags & WQLAB_WQ_UNBOUND) != 0,
                                               .bh = (found->flags & WQLAB_WQ_BH) != 0,
                                               .ordered = (found->flags & WQLAB_WQ_ORDERED) != 0,
                                               .max_active = static_cast<uint32_t>(std::max(found->max_active, 0))});
    return workqueues_[number];
}

bool Decoder::learn(uint32_t cpu, const wqlab_trace_record& record)
{
    if (TraceRecord::kind(record) != WQLAB_TRACE_KIND_TASK)
        return false;
    tasks_[cpu][TraceRecord::pid(record)] = tables_.name(comm_of(record));
    return true;
}

void Decoder::expect(uint32_t cpu, const wqlab_trace_record& record)
{
    const uint32_t pid = TraceRecord::pid(record), flags = TraceRecord::flags(record);
    if (TraceRecord::kind(record) != WQLAB_TRACE_KIND_TASK || tasks_[cpu].contains(pid))
        return;
    if (flags & WQLAB_TRACE_TASK_FLAG_RENAMED)
        tasks_[cpu][pid] = 0;
    else
        tasks_[cpu][pid] = tables_.name(comm_of(record) + (flags & WQLAB_TRACE_TASK_FLAG_AGAIN ? "" : "?"));
}

void Decoder::forget_tasks()
{
    for (auto& of_cpu : tasks_)
        of_cpu.clear();
}

NameId Decoder::comm(uint32_t cpu, uint32_t pid) const
{
    const auto found = tasks_[cpu].find(pid);
    return found == tasks_[cpu].end() ? 0 : found->second;
}

// All of it if another has the lower half.
uint64_t Decoder::identity(uint64_t item)
{
    Item& last = items_[(item * 0x9e3779b97f4a7c15) >> 32 & (kItems - 1)];
    if (last.item != item)
        last = {item, find_identity(item)};
    return last.identity;
}

uint64_t Decoder::find_identity(uint64_t item)
{
    const auto upper = static_cast<uint32_t>(item >> 32), lower = static_cast<uint32_t>(item);
    // Addresses as they are, of a kernel that does not hide them.
    if (upper >> 31)
        return item;
    if (identities_.size() >= kMostIdentities && !identities_.contains(lower))
        return item;
    return identities_.try_emplace(lower, upper).first->second == upper ? lower : item;
}

Event Decoder::decode(uint32_t cpu, const wqlab_trace_record& record)
{
    Event event;
    event.time = time_of(record.stamp);
    event.kind = kind_of(TraceRecord::kind(record));
    event.cpu = static_cast<uint16_t>(cpu);
    event.value = record.value;
    if (event.kind == EventKind::kLost) {
        event.other = time_of(record.item);
        return event;
    }
    event.item = identity(record.item);
    event.context = context_of(TraceRecord::context(record));
    event.likely_caller = TraceRecord::flags(record) & WQLAB_TRACE_FLAG_LIKELY_CALLER;
    event.workqueue = workqueue(record.workqueue);
    event.pool = record.pool == WQLAB_TRACE_NO_POOL ? kNoPool : record.pool;
    event.pid = static_cast<int32_t>(TraceRecord::pid(record));
    // A softirq that executes an item is no task, and the idle task, which has the same pid, is another matter.
    const bool executes = event.kind == EventKind::kStart || event.kind == EventKind::kEnd;
    if (event.pid || !executes)
        event.comm = comm(cpu, TraceRecord::pid(record));
    const NameId function = name(record.function);
    if (event.kind == EventKind::kFlushBegins) {
        event.other = std::exchange(event.item, 0);
        event.detail = function;
    } else {
        event.function = function;
        if (event.kind == EventKind::kStart)
            event.other = std::exchange(event.value, 0);
    }
    event.caller = name(record.caller);
    // The timer of a delayed item, whose function is of workqueue.c itself: who set it is not known any more.
    if (event.kind == EventKind::kQueue && event.context == EventContext::kSoftirq &&
        is_timer(tables_.text(event.caller))) {
        event.context = EventContext::kTimer;
        event.caller = 0;
    }
    return event;
}

Event Decoder::gap(uint32_t cpu, const Rings::Loss& loss) const
{
    Event event;
    event.kind = EventKind::kLost;
    event.cpu = static_cast<uint16_t>(cpu);
    event.time = event.other = time_of(loss.gap_stamp);
    event.value = static_cast<uint32_t>(std::min<uint64_t>(loss.gap, UINT32_MAX));
    return event;
}

}  // namespace wqctl
