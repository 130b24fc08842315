// SPDX-License-Identifier: GPL-2.0
#include "commands/latency/queuers.hh"

namespace wqctl {

void Queuers::told(const Story& story)
{
    if (story.is_barrier)
        return;
    if (story.end == StoryEnd::kRecordingEnded)
        (story.started == kNotSeen ? waiting_ : running_)++;
    if (!story.has_run())
        return;
    if (story.queued == kNotSeen)
        unpaired_++;
    const bool seen = story.queued != kNotSeen;
    const Queuer queuer(story.context, seen ? story.by_comm : 0, story.caller);
    Sum& sum = sums_[{queuer, story.workqueue, story.function}];
    sum.run.add(story.ran_ns());
    if (!seen || !story.has_waited())
        return;
    sum.inactive.add(story.held_ns());
    sum.pending.add(story.waited_ns());
}

void Queuers::fill(LatencyRecording& recording, const Tables& tables) const
{
    for (const auto& [key, sum] : sums_) {
        const auto& [queuer, workqueue, function] = key;
        LatencyRow& row = recording.rows.emplace_back();
        row.index = static_cast<uint32_t>(recording.rows.size() - 1);
        // Nobody saw those queued that were when it began.
        row.queuer = queuer == Queuer(EventContext::kTask, 0, 0) ? "?" : queuer_name(queuer, tables);
        if (workqueue) {
            row.workqueue = tables.workqueue(workqueue).name;
            row.identity = tables.workqueue(workqueue).identity;
        }
        row.function = tables.text(function);
        row.stages[WQLAB_STAGE_INACTIVE] = sum.inactive.latency();
        row.stages[WQLAB_STAGE_PENDING] = sum.pending.latency();
        row.stages[WQLAB_STAGE_RUN] = sum.run.latency();
    }
    recording.waiting = waiting_;
    recording.running = running_;
    recording.unpaired = unpaired_;
}

}  // namespace wqctl
