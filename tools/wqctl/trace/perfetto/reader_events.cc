// SPDX-License-Identifier: GPL-2.0
// What the events on each kind of track say.
#include "trace/perfetto/reader.hh"

namespace wqctl::perfetto {

void Reader::described(const TrackEventFields& fields)
{
    Track& track = tracks_[fields.track];
    if (fields.category == Category::kPool) {
        track.pool = static_cast<int32_t>(notes_.number(Note::kPool));
        if (notes_.has(Note::kCpus))
            tables_.add(track.pool, {.cpu = static_cast<int32_t>(notes_.number(Note::kCpu)),
                                     .cpus = std::string(notes_.text(Note::kCpus)),
                                     .nice = static_cast<int32_t>(notes_.number(Note::kNice)),
                                     .bh = notes_.has(Note::kBh)});
    } else if (fields.category == Category::kWorkqueue) {
        const NameId label = name_note(Note::kWorkqueue);
        track.workqueue = tables_.add({.name = std::string(notes_.text(Note::kName)),
                                       .label = tables_.text(label),
                                       .identity = notes_.number(Note::kIdentity),
                                       .unbound = notes_.has(Note::kUnbound),
                                       .bh = notes_.has(Note::kBh),
                                       .ordered = notes_.has(Note::kOrdered),
                                       .max_active = static_cast<uint32_t>(notes_.number(Note::kMaxActive))});
        labels_[label] = track.workqueue;
    } else {
        track.pid = static_cast<int32_t>(notes_.number(Note::kPid));
        track.comm = name_note(Note::kComm);
    }
}

void Reader::on_lane(const TrackEventFields& fields, Event& event)
{
    Track& lane = tracks_[fields.track];
    const bool is_held = fields.category == Category::kHeld;
    if (fields.type == EventType::kBegin) {
        const auto parent = tracks_.find(lane.parent);
        lane.now = {.item = notes_.number(Note::kItem),
                    .function = name_at(event_names_, fields.name),
                    .workqueue = parent == tracks_.end() ? 0 : parent->second.workqueue};
        // What is activated was queued before, and of a barrier its flush has told.
        if (fields.category == Category::kPending || notes_.has(Note::kBarrier))
            return;
        event.item = lane.now.item;
        event.function = lane.now.function;
        event.workqueue = lane.now.workqueue;
        event.held_back = is_held;
        event.cpu = static_cast<uint16_t>(notes_.number(Note::kCpu));
        event.pid = static_cast<int32_t>(notes_.number(Note::kByPid));
        event.comm = name_note(Note::kBy);
        event.context = context_note();
        event.likely_caller = notes_.has(Note::kLikelyCaller);
        event.caller = name_note(event.likely_caller ? Note::kLikelyCaller : Note::kCaller);
        event.value = notes_.has(Note::kAskedCpu) ? static_cast<uint32_t>(notes_.number(Note::kAskedCpu)) : kAnyCpu;
        event.pool = notes_.has(Note::kPool) ? static_cast<int32_t>(notes_.number(Note::kPool)) : kNoPool;
        emit(event, EventKind::kQueue);
        return;
    }
    if (fields.type != EventType::kEnd || notes_.has(Note::kStart))
        return;  // whoever comes next on the item finds out the same again
    event.item = lane.now.item;
    event.function = lane.now.function;
    event.workqueue = lane.now.workqueue;
    if (notes_.has(Note::kCancelled))
        emit(event, EventKind::kCancel);
    else if (is_held && event.item)
        emit(event, EventKind::kActivate);
}

void Reader::on_worker(const TrackEventFields& fields, Event& event)
{
    Track& track = tracks_[fields.track];
    const auto parent = tracks_.find(track.parent);
    event.pool = parent == tracks_.end() ? kNoPool : parent->second.pool;
    event.pid = track.pid;
    event.comm = track.comm;
    const bool begins = fields.type == EventType::kBegin;
    if (fields.category == Category::kRun && begins) {
        track.now = {.item = notes_.number(Note::kItem),
                     .function = name_at(event_names_, fields.name),
                     .workqueue = workqueue_note(),
                     .cpu = static_cast<uint16_t>(notes_.number(Note::kCpu))};
        if (notes_.has(Note::kStart))
            return;
    } else if (notes_.has(Note::kEnd)) {
        return;
    }
    event.item = track.now.item;
    event.function = notes_.has(Note::kFunction) ? name_note(Note::kFunction) : track.now.function;
    event.workqueue = track.now.workqueue;
    event.cpu = track.now.cpu;
    event.value = static_cast<uint32_t>(notes_.number(Note::kState));
    event.other = notes_.number(Note::kByPid);
    const bool is_run = fields.category == Category::kRun;
    if (begins)
        emit(event, is_run ? EventKind::kStart : EventKind::kSleep);
    else if (fields.type == EventType::kEnd)
        emit(event, is_run ? EventKind::kEnd : EventKind::kWake);
}

void Reader::flush(const TrackEventFields& fields, Event& event)
{
    event.pid = static_cast<int32_t>(notes_.number(Note::kByPid));
    if (fields.type == EventType::kEnd) {
        if (!notes_.has(Note::kBarrier))
            emit(event, EventKind::kFlushEnds);
        return;
    }
    event.item = notes_.number(Note::kItem);
    event.other = notes_.number(Note::kOf);
    event.detail = name_at(event_names_, fields.name);
    if (tables_.text(event.detail) == kCategories[static_cast<size_t>(Category::kFlush)])
        event.detail = 0;  // it had no name of its own
    event.caller = name_note(Note::kCaller);
    event.workqueue = workqueue_note();
    event.function = name_note(Note::kFunction);
    event.cpu = static_cast<uint16_t>(notes_.number(Note::kCpu));
    event.pool = notes_.has(Note::kPool) ? static_cast<int32_t>(notes_.number(Note::kPool)) : kNoPool;
    event.comm = name_note(Note::kBy);
    emit(event, EventKind::kFlushBegins);
}

void Reader::lost(const TrackEventFields& fields, Event& event)
{
    if (fields.type != EventType::kBegin)
        return;
    event.cpu = static_cast<uint16_t>(notes_.number(Note::kCpu));
    event.value = static_cast<uint32_t>(notes_.number(Note::kEvents));
    event.other = notes_.number(Note::kUntil);
    emit(event, EventKind::kLost);
}

void Reader::rest(const TrackEventFields& fields, Event& event)
{
    event.item = notes_.number(Note::kItem);
    event.detail = name_note(Note::kDetail);
    event.pid = static_cast<int32_t>(notes_.number(Note::kPid));
    event.comm = name_note(Note::kComm);
    event.cpu = static_cast<uint16_t>(notes_.number(Note::kCpu));
    event.pool = notes_.has(Note::kPool) ? static_cast<int32_t>(notes_.number(Note::kPool)) : kNoPool;
    event.workqueue = workqueue_note();
    event.function = name_note(Note::kFunction);
    const bool begins = fields.type == EventType::kBegin;
    switch (fields.category) {
    case Category::kWorkerMade: emit(event, EventKind::kWorkerMade); break;
    case Category::kWorkerGone: emit(event, EventKind::kWorkerGone); break;
    case Category::kManager: emit(event, begins ? EventKind::kManagerBegins : EventKind::kManagerEnds); break;
    case Category::kMayday: emit(event, EventKind::kMayday); break;
    case Category::kRescue: emit(event, begins ? EventKind::kRescueBegins : EventKind::kRescueEnds); break;
    case Category::kAttributes: emit(event, EventKind::kAttributes); break;
    case Category::kCondition: emit(event, EventKind::kCondition); break;
    default: break;  // counters, what a worker queues; words of a newer wqctl
    }
}

}  // namespace wqctl::perfetto
