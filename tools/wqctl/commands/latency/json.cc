// SPDX-License-Identifier: GPL-2.0
#include <array>

#include "commands/latency/render.hh"
#include "term/latency_json.hh"
#include "snapshot/workqueue_labels.hh"

namespace wqctl {

namespace {

constexpr std::array<const char*, WQLAB_STAGES> kStageNames = {"inactive", "pending", "run"};

void write_row(JsonWriter& j, const LatencyRow& row, LatencyGrouping by)
{
    if (by != LatencyGrouping::kFunction) {
        j.member_if(row.is_of_known_workqueue(), "workqueue", row.workqueue);
        j.member_if(row.is_of_known_workqueue(), "identity", identity_text(row.identity));
    }
    if (by != LatencyGrouping::kWorkqueue)
        j.member("function", row.function);
    j.member_if_any("cpu", row.cpu);
    if (!row.queuer.empty())
        j.member("queuer", row.queuer);
    j.member("executed", row.executed());
    j.object("stages_ns", [&] {
        for (size_t stage = 0; stage < row.stages.size(); stage++)
            write_latency(j, kStageNames[stage], row.stages[stage]);
    });
}

}  // namespace

std::string latency_recording_to_json(const LatencyRecording& recording, const LatencyView& view)
{
    JsonWriter j;
    j.object([&] {
        j.member("schema", "wqlab/latency/1");
        j.member("kernel", recording.kernel);
        write_provenance(j, recording.provenance);
        j.member("elapsed_ns", recording.elapsed_ns);
        j.member("by", name_of(view.by, kLatencyGroupings));
        j.member("pattern", view.pattern);
        j.member("worst_error_ppm", Latency::Geometry::kWorstErrorPpm);
        j.object("cost", [&] {
            j.member("probes", recording.probes);
            j.member("probes_timed", recording.probes_timed);
            j.member("ns_per_probe", recording.ns_per_probe());
            j.member("ns_per_item", recording.ns_per_item());
            j.member("memory_bytes", recording.memory_bytes);
        });
        j.member("unpaired", recording.unpaired);
        j.member("waiting", recording.waiting);
        j.member("running", recording.running);
        j.member("lost_items", recording.lost_items);
        j.member("lost_keys", recording.lost_keys);
        if (view.by == LatencyGrouping::kQueuer)
            j.member("lost_events", recording.lost_events);
        j.objects("rows", view.rows(recording), [&](const LatencyRow& row) { write_row(j, row, view.by); });
    });
    return j.take();
}

}  // namespace wqctl
