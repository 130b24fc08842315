// SPDX-License-Identifier: GPL-2.0
#include "trace/perfetto/writer.hh"

#include <fmt/core.h>

namespace wqctl::perfetto {

namespace {

constexpr const char* kQueuedLane = "queued";
constexpr const char* kHeldLane = "held back";
// Among a workqueue's tracks; its counters come between.
constexpr int32_t kQueuedRank = 0, kHeldRank = 4;
// Of those that are no item's: identities are hashes of 32 bits, or addresses, whose bit 62 is as their bit 63.
constexpr uint64_t kFlushFlows = uint64_t{1} << 62;

}  // namespace

void Writer::begin(const Head& head, const Tables& tables)
{
    tables_ = &tables;
    packets_.begin(head, tables);
    tracks_.begin(tables);
    packets_.event(0, EventType::kBegin, Category::kRecording, tracks_.recording(), [&](TrackEvent& event) {
        event.name(Category::kRecording);
        event.note_text(Note::kVersion, head.version).note_text(Note::kKernel, head.kernel);
        event.note_text(Note::kMachine, head.machine).note_text(Note::kCommand, head.command);
        event.note(Note::kCpus, head.cpus).note_text(Note::kClock, head.clock);
        event.note(Note::kClockError, head.clock_error_ns).note(Note::kBuffer, head.buffer_bytes);
        event.note(Note::kBegunBoot, head.begun_boot_ns).note(Note::kBegunWall, head.begun_wall_ns);
        event.note_list(Note::kOnly, head.only).note_list(Note::kMissing, head.missing);
    });
}

// Their tracks are there: none can be described within an event.
void Writer::count(TrackEvent& event, const Story& story, uint64_t time, Change change)
{
    if (story.is_barrier)
        return;  // it counts for no limit
    const std::array<int, kLevels> by = {change.active, change.pending, change.inactive};
    const auto add = [&](Levels& levels) {
        for (uint32_t i = 0; i < kLevels; i++) {
            if (!by[i])
                continue;
            levels.values[i] += by[i];
            // What comes late must not overwrite what is there.
            if (packets_.is_late(time))
                changed_.emplace_back(levels.tracks[i], levels.values[i]);
            else
                event.counter(levels.tracks[i], levels.values[i]);
        }
    };
    add(tracks_.workqueue(story.workqueue, time).levels);
    add(tracks_.pool(story.pool, time).levels);
}

void Writer::write_changed_counters()
{
    for (const auto& [track, value] : changed_)
        packets_.counter(track, value);
    changed_.clear();
}

void Writer::begin_wait(Story& story, uint64_t time, Category category, const Event* event)
{
    tracks_.pool(story.pool, time);
    WorkqueueTracks& workqueue = tracks_.workqueue(story.workqueue, time);
    Lanes& lanes = category == Category::kHeld ? workqueue.held : workqueue.queued;
    story.mark = category == Category::kHeld ? tracks_.take_lane(workqueue, lanes, time, kHeldLane, kHeldRank)
                                             : tracks_.take_lane(workqueue, lanes, time, kQueuedLane, kQueuedRank);
    const uint64_t lane = lanes.tracks[story.mark];
    packets_.event(time, EventType::kBegin, category, lane, [&](TrackEvent& slice) {
        slice.name(story.function).flow(story.item).note_pointer(Note::kItem, story.item);
        if (!event) {
            count(slice, story, time, {.active = 1, .pending = 1, .inactive = -1});
            return;
        }
        slice.note_name(Note::kBy, event->comm).note_int(Note::kByPid, event->pid).note(Note::kCpu, event->cpu);
        if (event->context != EventContext::kTask)
            slice.note_text(Note::kContext, kContexts[static_cast<size_t>(event->context)]);
        slice.note_name(event->likely_caller ? Note::kLikelyCaller : Note::kCaller, event->caller);
        if (event->kind == EventKind::kQueue && event->value != kAnyCpu)
            slice.note(Note::kAskedCpu, event->value);
        slice.note_int(Note::kPool, story.pool);
        if (story.is_barrier)
            slice.note_true(Note::kBarrier);
        if (is_held(story))
            count(slice, story, time, {.inactive = 1});
        else
            count(slice, story, time, {.active = 1, .pending = 1});
    });
    write_changed_counters();
}

// A worker that queues while it is in an item: the flow begins there.
void Writer::queue_within(const Event& event, const Story& story)
{
    if (event.context != EventContext::kTask || in_item_.empty())
        return;
    const auto found = in_item_.find(event.pid);
    if (found == in_item_.end())
        return;
    packets_.event(event.time, EventType::kInstant, Category::kNone, found->second,
                   [&](TrackEvent& instant) { instant.name(event.function).flow(story.item); });
}

void Writer::queued(Story& story, const Event& event)
{
    queue_within(event, story);
    begin_wait(story, event.time, is_held(story) ? Category::kHeld : Category::kQueue, &event);
}

template <typename F>
void Writer::end_wait(const Story& story, uint64_t time, bool was_held, F&& fill)
{
    WorkqueueTracks& workqueue = tracks_.workqueue(story.workqueue, time);
    Lanes& lanes = was_held ? workqueue.held : workqueue.queued;
    if (story.mark >= lanes.tracks.size())
        return;
    const Category category = was_held ? Category::kHeld : story.held_back ? Category::kPending : Category::kQueue;
    packets_.event(time, EventType::kEnd, category, lanes.tracks[story.mark], fill);
    Tracks::give_lane(lanes, story.mark, time);
}

void Writer::activated(Story& story)
{
    end_wait(story, story.activated, true, [](TrackEvent&) {});
    begin_wait(story, story.activated, Category::kPending, nullptr);
}

uint64_t& Writer::last_end(uint64_t track)
{
    if (track >= last_ends_.size())
        last_ends_.resize(track + 1);
    return last_ends_[track];
}

uint64_t Writer::worker(const Story& story, uint64_t time)
{
    return tracks_.worker(story.pool, story.worker_pid, story.worker_comm, story.cpu, time);
}

void Writer::started(Story& story)
{
    const bool was_seen = story.started != kNotSeen;
    if (was_seen && story.queued != kNotSeen)
        end_wait(story, story.started, is_held(story), [](TrackEvent&) {});
    const uint64_t track = worker(story, was_seen ? story.started : 0);
    tracks_.workqueue(story.workqueue, was_seen ? story.started : 0);
    // Not before it ended what it was in before.
    const uint64_t time = was_seen ? story.started : last_end(track);
    if (story.worker_pid)
        in_item_[story.worker_pid] = track;
    packets_.event(time, EventType::kBegin, Category::kRun, track, [&](TrackEvent& slice) {
        slice.name(story.function).note_pointer(Note::kItem, story.item).note(Note::kCpu, story.cpu);
        slice.note_workqueue(story.workqueue);
        if (was_seen)
            slice.last_flow(story.item);
        else
            slice.note_text(Note::kStart, kNotSeenWord);
        if (story.is_barrier && story.by_pid)
            slice.note_int(Note::kByPid, story.by_pid);
        if (story.waited_behind)
            slice.note_name(Note::kBehind, story.waited_behind.function);
        const bool has_counted = was_seen && story.queued != kNotSeen;
        if (has_counted && is_held(story))
            count(slice, story, time, {.active = 1, .inactive = -1});
        else
            count(slice, story, time, {.active = has_counted ? 0 : 1, .pending = has_counted ? -1 : 0});
    });
    write_changed_counters();
}

void Writer::slept(Story& story, const Event& event)
{
    packets_.event(event.time, EventType::kBegin, Category::kSleep, worker(story, event.time),
                   [&](TrackEvent& slice) { slice.name(Category::kSleep).note(Note::kState, event.value); });
}

void Writer::woke(Story& story, const Event& event)
{
    packets_.event(event.time, EventType::kEnd, Category::kSleep, worker(story, event.time));
}

// It waited, and does not any more, but did not start.
void Writer::stop_waiting(const Story& story)
{
    const bool held = is_held(story);
    end_wait(story, story.told, held, [&](TrackEvent& slice) {
        slice.last_flow(story.item);
        if (story.end == StoryEnd::kCancelled)
            slice.note_true(Note::kCancelled);
        else
            slice.note_text(Note::kStart, kNotSeenWord);
        if (held)
            count(slice, story, story.told, {.inactive = -1});
        else
            count(slice, story, story.told, {.active = -1, .pending = -1});
    });
    write_changed_counters();
}

void Writer::told(const Story& story)
{
    if (story.end == StoryEnd::kRecordingEnded)
        return;  // Perfetto shows what has no end up to the end
    const bool has_run = story.started != kNotSeen || story.queued == kNotSeen;
    if (!has_run) {
        stop_waiting(story);
        return;
    }
    in_item_.erase(story.worker_pid);
    const auto awaited = awaited_.find(story.item);
    const uint64_t track = worker(story, story.told);
    tracks_.workqueue(story.workqueue, story.told);
    last_end(track) = story.told;
    packets_.event(story.told, EventType::kEnd, Category::kRun, track, [&](TrackEvent& slice) {
        if (story.end == StoryEnd::kLost)
            slice.note_text(Note::kEnd, kNotSeenWord);
        if (story.started == kNotSeen)
            slice.note_name(Note::kFunction, story.function);
        if (awaited != awaited_.end())
            for (const Flow& flow : awaited->second)
                flow.goes_on ? slice.flow(flow.id) : slice.last_flow(flow.id);
        count(slice, story, story.told, {.active = -1});
    });
    write_changed_counters();
    if (awaited != awaited_.end())
        awaited_.erase(awaited);
    if (const auto flush = flushing_.find(story.by_pid); flush != flushing_.end() && flush->second == story.item)
        flush_ends(story.by_pid, story.told, Known::kFromBarrier);
}

void Writer::flush_begins(const Event& event)
{
    flush_ends(event.pid, event.time, Known::kFromBarrier);
    const uint64_t flow = event.item ? event.item : kFlushFlows | ++flushes_;
    flushing_[event.pid] = flow;
    if (event.other)
        awaited_[event.other].push_back({flow, event.item != 0});
    packets_.event(event.time, EventType::kBegin, Category::kFlush, tracks_.flusher(event.pid, event.comm),
                   [&](TrackEvent& slice) {
                       if (event.detail)
                           slice.name(event.detail);
                       else
                           slice.name(Category::kFlush);
                       slice.note_workqueue(event.workqueue).note(Note::kCpu, event.cpu);
                       slice.note_int(Note::kByPid, event.pid).note_name(Note::kBy, event.comm);
                       slice.note_name(Note::kCaller, event.caller);
                       slice.note_int(Note::kPool, event.pool).note_name(Note::kFunction, event.function);
                       if (event.item)
                           slice.note_pointer(Note::kItem, event.item);
                       if (event.other)
                           slice.flow(flow).note_pointer(Note::kOf, event.other);
                   });
}

// What follows from something else, whoever reads the file finds out the same way.
void Writer::flush_ends(int32_t pid, uint64_t time, Known known)
{
    if (flushing_.erase(pid))
        packets_.event(time, EventType::kEnd, Category::kFlush, tracks_.flusher(pid, 0), [&](TrackEvent& slice) {
            slice.note_int(Note::kByPid, pid);
            if (known == Known::kFromBarrier)
                slice.note_true(Note::kBarrier);
        });
}

void Writer::lost(const Event& event)
{
    const uint64_t track = tracks_.lost(event.cpu);
    packets_.event(
        event.time, EventType::kBegin, Category::kLost, track,
        [&](TrackEvent& slice) {
            slice.name(Category::kLost).note(Note::kCpu, event.cpu).note(Note::kEvents, event.value);
            slice.note(Note::kUntil, event.other);
        },
        Order::kAside);
    packets_.event(
        event.other, EventType::kEnd, Category::kLost, track, [](TrackEvent&) {}, Order::kAside);
}

void Writer::slice(const Event& event, EventType type, Category category, uint64_t track)
{
    packets_.event(event.time, type, category, track, [&](TrackEvent& slice) {
        if (type != EventType::kEnd)
            slice.name(category);
        slice.note_name(Note::kDetail, event.detail).note_int(Note::kPid, event.pid);
        slice.note_name(Note::kComm, event.comm).note(Note::kCpu, event.cpu).note_int(Note::kPool, event.pool);
        slice.note_workqueue(event.workqueue).note_name(Note::kFunction, event.function);
        if (event.item)
            slice.note_pointer(Note::kItem, event.item);
    });
}

void Writer::other(const Event& event)
{
    const auto in_worker = [&] { return tracks_.worker(event.pool, event.pid, event.comm, event.cpu, event.time); };
    const auto in_pool = [&] { return tracks_.pool(event.pool, event.time).uuid; };
    const auto in_workqueue = [&] { return tracks_.workqueue(event.workqueue, event.time).uuid; };
    switch (event.kind) {
    case EventKind::kWorkerMade: slice(event, EventType::kInstant, Category::kWorkerMade, in_worker()); break;
    case EventKind::kWorkerGone: slice(event, EventType::kInstant, Category::kWorkerGone, in_worker()); break;
    case EventKind::kManagerBegins: slice(event, EventType::kBegin, Category::kManager, in_pool()); break;
    case EventKind::kManagerEnds: slice(event, EventType::kEnd, Category::kManager, in_pool()); break;
    case EventKind::kMayday: slice(event, EventType::kInstant, Category::kMayday, in_pool()); break;
    case EventKind::kRescueBegins: slice(event, EventType::kBegin, Category::kRescue, in_worker()); break;
    case EventKind::kRescueEnds: slice(event, EventType::kEnd, Category::kRescue, in_worker()); break;
    case EventKind::kAttributes: slice(event, EventType::kInstant, Category::kAttributes, in_workqueue()); break;
    case EventKind::kCondition: slice(event, EventType::kInstant, Category::kCondition, tracks_.recording()); break;
    case EventKind::kFlushBegins: flush_begins(event); break;
    case EventKind::kFlushEnds: flush_ends(event.pid, event.time, Known::kToldSo); break;
    case EventKind::kLost: lost(event); break;
    default: break;  // of an item
    }
}

void Writer::end(const Tail& tail)
{
    packets_.event(tail.elapsed_ns, EventType::kEnd, Category::kRecording, tracks_.recording(), [&](TrackEvent& event) {
        event.note(Note::kElapsed, tail.elapsed_ns).note(Note::kEvents, tail.events);
        Counts lost, passed_over;
        for (const CpuLoss& one : tail.lost)
            lost.emplace_back(fmt::format("{}{}", kCpuWord, one.cpu), one.events);
        for (const PassedOver& one : tail.passed_over)
            passed_over.emplace_back(one.what, one.calls);
        event.note_counts(Note::kLost, lost).note_double(Note::kCost, tail.ns_per_event);
        event.note_counts(Note::kPassedOver, passed_over);
        event.note_text(Note::kEndedBy, tail.ended_by);
        if (tail.clocks_differ)
            event.note_true(Note::kClocksDiffer);
    });
    packets_.flush();
}

}  // namespace wqctl::perfetto
