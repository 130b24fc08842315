// SPDX-License-Identifier: GPL-2.0
#include "commands/list/render.hh"

#include "term/table.hh"
#include "text/names.hh"
#include "text/printable.hh"
#include "text/units.hh"

namespace wqctl {

std::string render_runs(const std::vector<RunState>& runs, const Style& style)
{
    if (runs.empty())
        return "no runs\n";
    using enum Table::Align;
    Table table;
    table.column("id");
    table.column("label", kLeft);
    table.column("state", kLeft);
    table.column("ended by", kLeft);
    table.column("elapsed");
    table.column("queued");
    table.column("executed");
    table.column("cancelled");
    table.column("memory");
    for (const RunState& run : runs)
        table.row({std::to_string(run.id), one_line(run.label), std::string(run_state_name(run.state)),
                   run.ended() ? std::string(end_reason_name(run.end_reason)) : "",
                   human_time(run.elapsed_ns, style.charset), grouped(run.queued), grouped(run.executed),
                   grouped(run.cancelled), human_size(run.memory_bytes)});
    return table.render(style);
}

}  // namespace wqctl
