// SPDX-License-Identifier: GPL-2.0
#include "trace/stories.hh"

#include <algorithm>

namespace wqctl {

namespace {

constexpr std::string_view kBarrierFunction = "wq_barrier_func";

}  // namespace

void Stories::begin(const Head& head, const Tables& tables)
{
    tables_ = &tables;
    listener_.begin(head, tables);
}

Story& Stories::make()
{
    if (free_.empty())
        return all_.emplace_back();
    Story& story = *free_.back();
    free_.pop_back();
    story = Story{};
    return story;
}

// It is in none of the maps any more.
void Stories::tell(Story& story, uint64_t time, StoryEnd end)
{
    if (end == StoryEnd::kEnded || end == StoryEnd::kCancelled)
        story.ended = time;
    story.end = end;
    story.told = time;
    story.in_gap = was_in_gap(story, time);
    listener_.told(story);
    free_.push_back(&story);
}

Busy& Stories::pool(int32_t id)
{
    const auto [found, is_new] = pools_.try_emplace(id);
    if (is_new) {
        // Only the workers of a CPU's pool go on one at a time; a BH pool has one, which does not sleep.
        const TracedPool* traced = tables_->pool(id);
        found->second = Busy(traced && traced->cpu >= 0);
    }
    return found->second;
}

Busy& Stories::workqueue(WorkqueueId id)
{
    if (id >= workqueues_.size())
        workqueues_.resize(size_t{id} + 1);
    return workqueues_[id];
}

void Stories::event(const Event& event)
{
    switch (event.kind) {
    case EventKind::kQueue: queue(event); break;
    case EventKind::kActivate: activate(event); break;
    case EventKind::kCancel: cancel(event); break;
    case EventKind::kStart: start(event); break;
    case EventKind::kEnd: end_run(event); break;
    case EventKind::kSleep: sleep(event); break;
    case EventKind::kWake: wake(event); break;
    case EventKind::kFlushBegins: flush_begins(event); break;
    case EventKind::kFlushEnds: flush_ends(event); break;
    case EventKind::kLost: gaps_[gap_count_++ % kGapsRemembered] = {event.time, event.other}; [[fallthrough]];
    default: listener_.other(event);
    }
}

// Of one that waits already the end was lost.
Story& Stories::wait(const Event& event)
{
    Story*& place = waiting_[event.item];
    if (Story* before = place) {
        place = nullptr;
        tell(*before, event.time, StoryEnd::kLost);
    }
    Story& story = *(place = &make());
    story.item = event.item;
    story.function = event.function;
    story.workqueue = event.workqueue;
    story.pool = event.pool;
    story.context = event.context;
    story.queue_cpu = event.cpu;
    story.by_pid = event.pid;
    story.by_comm = event.comm;
    story.caller = event.caller;
    story.likely_caller = event.likely_caller;
    story.queued = event.time;
    story.held_back = event.held_back;
    if (!event.held_back)
        story.activated = event.time;
    return story;
}

void Stories::queue(const Event& event)
{
    if (waiting_.size() >= kMostWaiting)
        evict();
    Story& story = wait(event);
    story.asked_cpu = event.value;
    listener_.queued(story, event);
}

// A barrier is queued in front of what waits, whatever max_active says. It may not have been seen: see barrier().
void Stories::flush_begins(const Event& event)
{
    listener_.other(event);
    flushes_[event.pid] = event;
    if (event.item) {
        Story& story = wait(event);
        story.is_barrier = true;
        listener_.queued(story, event);
    } else if (event.other) {
        flushers_[event.other].push_back(event);
    }
}

void Stories::flush_ends(const Event& event)
{
    listener_.other(event);
    flushes_.erase(event.pid);
    for (auto i = flushers_.begin(); i != flushers_.end();) {
        std::erase_if(i->second, [&](const Event& flush) { return flush.pid == event.pid; });
        i = i->second.empty() ? flushers_.erase(i) : std::next(i);
    }
}

// Whose it is, the kernel may tell; if not, its place does: barriers stand right behind what they wait for, and the
// last to come in front.
std::optional<Event> Stories::flush_of(const Event& barrier)
{
    if (barrier.other) {
        const auto flush = flushes_.find(static_cast<int32_t>(barrier.other));
        return flush == flushes_.end() ? std::nullopt : std::optional(flush->second);
    }
    const auto next = barriers_.find(worker_of(barrier));
    if (next == barriers_.end() || next->second.empty())
        return {};
    const Event flush = next->second.back();
    next->second.pop_back();
    return flush;
}

// One that starts, and was not seen before.
Story& Stories::barrier(const Event& start)
{
    std::optional<Event> queued = flush_of(start);
    if (!queued) {
        Story& story = make();
        story.item = start.item;
        story.is_barrier = true;
        story.by_pid = static_cast<int32_t>(start.other);
        return story;
    }
    queued->item = start.item;
    queued->function = start.function;
    queued->workqueue = start.workqueue;
    queued->pool = start.pool;
    Story& story = wait(*queued);
    waiting_.erase(start.item);
    story.is_barrier = true;
    listener_.queued(story, *queued);
    return story;
}

void Stories::activate(const Event& event)
{
    const auto found = waiting_.find(event.item);
    if (found == waiting_.end())
        return;
    Story& story = *found->second;
    if (story.activated != kNotSeen)
        return;  // it was not known to be held back, because events were lost: it may have been
    story.activated = event.time;
    if (event.pool != kNoPool)
        story.pool = event.pool;
    story.held_behind = workqueue(story.workqueue).behind(story.queued, event.time, story);
    listener_.activated(story);
}

void Stories::cancel(const Event& event)
{
    const auto found = waiting_.find(event.item);
    if (found == waiting_.end())
        return;
    Story& story = *found->second;
    waiting_.erase(found);
    tell(story, event.time, StoryEnd::kCancelled);
}

void Stories::start(const Event& event)
{
    Story*& place = running_[worker_of(event)];
    if (Story* before = place) {
        pool(before->pool).ends(before);
        workqueue(before->workqueue).ends(before);
        tell(*before, event.time, StoryEnd::kLost);
    }
    Story* story = nullptr;
    if (const auto found = waiting_.find(event.item); found != waiting_.end()) {
        story = found->second;
        waiting_.erase(found);
    } else if (tables_->text(event.function) == kBarrierFunction) {
        story = &barrier(event);
    } else {
        story = &make();
        story->item = event.item;
    }
    if (!story->is_barrier && !barriers_.empty())
        barriers_.erase(worker_of(event));
    place = story;
    if (event.function)
        story->function = event.function;
    if (event.workqueue)
        story->workqueue = event.workqueue;
    if (event.pool != kNoPool)
        story->pool = event.pool;
    story->worker_pid = event.pid;
    story->worker_comm = event.comm;
    story->cpu = event.cpu;
    story->started = event.time;
    if (story->has_waited())
        find_what_it_waited_behind(*story);
    pool(story->pool).starts(story);
    workqueue(story->workqueue).starts(story);
    listener_.started(*story);
}

// In an unbound pool nobody waits for another worker: for his own he may.
void Stories::find_what_it_waited_behind(Story& story)
{
    const TracedPool* traced = tables_->pool(story.pool);
    const bool one_at_a_time = traced && (traced->cpu >= 0 || traced->bh);
    story.waited_behind = pool(story.pool)
                              .behind(story.activated, story.started, story,
                                      one_at_a_time ? Busy::kAnyWorker : story.worker_pid);
}

Story* Stories::running(const Event& event)
{
    const auto found = running_.find(worker_of(event));
    if (found != running_.end() && (!event.item || found->second->item == event.item))
        return found->second;
    if (!event.item)
        return nullptr;
    // Its start was not seen, and so neither was the end of what the worker was in.
    if (found != running_.end()) {
        Story* before = found->second;
        running_.erase(found);
        pool(before->pool).ends(before);
        workqueue(before->workqueue).ends(before);
        tell(*before, event.time, StoryEnd::kLost);
    }
    Story& story = make();
    story.item = event.item;
    story.function = event.function;
    story.workqueue = event.workqueue;
    story.pool = event.pool;
    story.worker_pid = event.pid;
    story.worker_comm = event.comm;
    story.cpu = event.cpu;
    running_[worker_of(event)] = &story;
    pool(story.pool).starts(&story);
    workqueue(story.workqueue).starts(&story);
    listener_.started(story);
    return &story;
}

void Stories::end_run(const Event& event)
{
    Story* story = running(event);
    if (!story)
        return;
    running_.erase(worker_of(event));
    // What was seen first of it may not have said what it is.
    if (!story->function)
        story->function = event.function;
    story->ended = event.time;
    if (story->sleeps_since != kNotSeen) {  // the wake-up was lost
        story->slept_ns += event.time - std::min(event.time, story->sleeps_since);
        story->sleeps_since = kNotSeen;
    }
    pool(story->pool).ends(story);
    workqueue(story->workqueue).ends(story);
    if (const auto flushers = flushers_.find(story->item); flushers != flushers_.end()) {
        barriers_[worker_of(event)] = std::move(flushers->second);
        flushers_.erase(flushers);
    }
    tell(*story, event.time, StoryEnd::kEnded);
}

void Stories::sleep(const Event& event)
{
    Story* story = running(event);
    if (!story || story->sleeps_since != kNotSeen)
        return;
    story->sleeps++;
    story->sleeps_since = event.time;
    listener_.slept(*story, event);
}

void Stories::wake(const Event& event)
{
    Story* story = running(event);
    if (!story || story->sleeps_since == kNotSeen)
        return;
    story->slept_ns += event.time - std::min(event.time, story->sleeps_since);
    story->sleeps_since = kNotSeen;
    listener_.woke(*story, event);
}

bool Stories::was_in_gap(const Story& story, uint64_t until) const
{
    return std::any_of(gaps_.begin(), gaps_.end(), [&](const Gap& gap) {
        return gap.from <= gap.until && gap.from <= until && gap.until >= story.begin();
    });
}

// The older half, which is dear and therefore done seldom.
void Stories::evict()
{
    std::vector<uint64_t> times;
    times.reserve(waiting_.size());
    for (const auto& [item, story] : waiting_)
        times.push_back(story->begin());
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    for (auto i = waiting_.begin(); i != waiting_.end();) {
        Story& story = *i->second;
        if (story.begin() > *middle) {
            ++i;
            continue;
        }
        i = waiting_.erase(i);
        tell(story, *middle, StoryEnd::kLost);
    }
}

void Stories::end(const Tail& tail)
{
    std::vector<Story*> open;
    for (const auto& [item, story] : waiting_)
        open.push_back(story);
    for (const auto& [worker, story] : running_)
        open.push_back(story);
    waiting_.clear();
    running_.clear();
    std::sort(open.begin(), open.end(), [](const Story* one, const Story* other) {
        return std::pair(one->begin(), one->item) < std::pair(other->begin(), other->item);
    });
    for (Story* story : open)
        tell(*story, tail.elapsed_ns, StoryEnd::kRecordingEnded);
    listener_.end(tail);
}

}  // namespace wqctl
