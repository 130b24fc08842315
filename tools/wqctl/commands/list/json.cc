// SPDX-License-Identifier: GPL-2.0
#include "commands/list/render.hh"

#include "term/json_writer.hh"
#include "text/names.hh"

namespace wqctl {

std::string runs_to_json(const std::vector<RunState>& runs)
{
    JsonWriter j;
    j.object([&] {
        j.member("schema", "wqlab/runs/1");
        j.objects("runs", runs, [&](const RunState& run) {
            j.member("id", run.id);
            j.member("label", run.label);
            j.member("state", run_state_name(run.state));
            j.member("end_reason", end_reason_name(run.end_reason));
            j.member("elapsed_ns", run.elapsed_ns);
            j.member("memory_bytes", run.memory_bytes);
            j.member("queued", run.queued);
            j.member("coalesced", run.refused);
            j.member("executed", run.executed);
            j.member("cancelled", run.cancelled);
        });
    });
    return j.take();
}

}  // namespace wqctl
