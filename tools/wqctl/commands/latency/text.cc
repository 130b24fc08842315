// SPDX-License-Identifier: GPL-2.0
#include "commands/latency/render.hh"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/core.h>

#include "snapshot/workqueue_labels.hh"
#include "term/histogram.hh"
#include "term/progress.hh"
#include "term/table.hh"

namespace wqctl {

namespace {

using Rows = std::vector<LatencyRow>;

constexpr std::array<const char*, WQLAB_STAGES> kStageTitles = {"inactive: behind max_active", "pending: for a worker",
                                                                "run"};
constexpr std::array<const char*, WQLAB_STAGES> kStagePictures = {
    "inactive, from the queue call to activation: what max_active held back",
    "pending, from activation to the start of the function",
    "run, from the start of the function to its end",
};

// What workqueues are called: as dump does, or where it does not know them by their name, and their identity where a
// name is not enough.
class Names {
public:
    Names(const LatencyRecording& recording, const Rows& rows) : labels_(recording.labels)
    {
        for (const LatencyRow& row : rows)
            identities_[row.workqueue].insert(row.identity);
    }

    std::string of(const LatencyRow& row) const
    {
        if (!row.is_of_known_workqueue())
            return "?";
        if (const auto label = labels_.find(row.identity); label != labels_.end())
            return label->second;
        if (identities_.at(row.workqueue).size() < 2)
            return row.workqueue;
        return row.workqueue + " #" + identity_text(row.identity);
    }

private:
    const std::map<uint64_t, std::string>& labels_;
    std::map<std::string, std::set<uint64_t>> identities_;
};

std::string headline(const LatencyRecording& recording, const Rows& rows, const Style& style)
{
    uint64_t executed = 0;
    for (const LatencyRow& row : rows)
        executed += row.executed();
    std::string text = fmt::format("{} in {}", style.bold(grouped(executed) + " items"),
                                   human_time(recording.elapsed_ns, style.charset));
    if (!recording.kernel.empty())
        text += fmt::format(" on Linux {}", recording.kernel);
    if (recording.probes_timed)
        text += fmt::format("; recording cost {} a probe, {} an item, and {}",
                            human_time(static_cast<uint64_t>(recording.ns_per_probe()), style.charset),
                            human_time(static_cast<uint64_t>(recording.ns_per_item()), style.charset),
                            human_size(recording.memory_bytes));
    return wrap(text, style.width, "");
}

std::string notes(const LatencyRecording& recording, const Style& style)
{
    std::string text;
    const auto note = [&](uint64_t n, const char* one, const char* many, const char* rest) {
        if (n)
            text += wrap(fmt::format("{} {} {}", grouped(n), n == 1 ? one : many, rest), style.width, "  ");
    };
    note(
        recording.unpaired, "execution was", "executions were",
        "of items queued before the recording, or given up: only their run is known, and in softirqs no workqueue (?)");
    note(recording.running, "item was", "items were", "still executing at the end, and not counted");
    note(recording.waiting, "item was", "items were",
         "queued and had not begun at the end: waiting still, or cancelled");
    note(recording.lost_items, "item was", "items were",
         "given up because too many were in flight, cancelled ones among them: their waits are in no row");
    note(recording.lost_keys, "item was", "items were",
         "not recorded because there were too many workqueues, functions and CPUs");
    note(recording.lost_events, "event was", "events were", "lost because items came faster than they could be read");
    return text;
}

Table make_table(const LatencyView& view, const Rows& rows, const Names& names, const Style& style)
{
    using enum Table::Align;
    Table table;
    if (view.by == LatencyGrouping::kQueuer)
        table.column("queued by", kLeft);
    if (view.by != LatencyGrouping::kFunction)
        table.column("workqueue", kLeft);
    if (view.by != LatencyGrouping::kWorkqueue)
        table.column("function", kLeft);
    if (view.by == LatencyGrouping::kCpu)
        table.column("cpu");
    table.column("executed");
    for (const char* title : kStageTitles)
        for (const char* column : {"p50", "p99", "max"})
            table.column(column, kRight, title);
    for (const LatencyRow& row : rows) {
        std::vector<std::string> cells;
        if (view.by == LatencyGrouping::kQueuer)
            cells.push_back(row.queuer);
        if (view.by != LatencyGrouping::kFunction)
            cells.push_back(names.of(row));
        if (view.by != LatencyGrouping::kWorkqueue)
            cells.push_back(row.function);
        if (view.by == LatencyGrouping::kCpu)
            cells.push_back(std::to_string(row.cpu.value_or(0)));
        cells.push_back(grouped(row.executed()));
        for (const Latency& stage : row.stages)
            for (const uint64_t ns : {stage.percentile(0.5), stage.percentile(0.99), stage.max})
                cells.push_back(stage.empty() ? "-" : human_time(ns, style.charset));
        table.row(std::move(cells));
    }
    return table;
}

std::string label_of(const LatencyRow& row, const LatencyView& view, const Names& names)
{
    switch (view.by) {
    case LatencyGrouping::kWorkqueue: return names.of(row);
    case LatencyGrouping::kFunction: return row.function;
    case LatencyGrouping::kItem: return names.of(row) + " " + row.function;
    case LatencyGrouping::kQueuer: return fmt::format("{}: {} {}", row.queuer, names.of(row), row.function);
    case LatencyGrouping::kCpu: return fmt::format("{} {} {}", names.of(row), row.function, row.cpu.value_or(0));
    }
    return {};
}

// One row: all its stages. Several: the stage that they are compared by, of the first few.
std::string pictures(const LatencyView& view, const Rows& rows, const Names& names, const Style& style)
{
    constexpr size_t kMost = 8;
    std::string text;
    const auto add = [&](uint32_t stage, const std::string& picture) {
        if (!picture.empty())
            text += "\n" + style.bold(kStagePictures[stage]) + "\n" + picture;
    };
    if (rows.size() == 1) {
        for (uint32_t stage = 0; stage < WQLAB_STAGES; stage++)
            add(stage, render_histogram_rows(rows.front().stages[stage], style));
        return text;
    }
    const uint32_t stage = view.order == LatencyOrder::kInactive ? WQLAB_STAGE_INACTIVE
                           : view.order == LatencyOrder::kRun    ? WQLAB_STAGE_RUN
                                                                 : WQLAB_STAGE_PENDING;
    std::vector<std::pair<std::string, const Latency*>> lines;
    for (const LatencyRow& row : rows)
        if (!row.stages[stage].empty() && lines.size() < kMost)
            lines.emplace_back(label_of(row, view, names), &row.stages[stage]);
    add(stage, render_histogram_lines(lines, style));
    return text;
}

}  // namespace

std::string render_latency(const LatencyRecording& recording, const LatencyView& view, const Style& style)
{
    const Rows rows = view.rows(recording);
    std::string text = headline(recording, rows, style);
    if (rows.empty())
        text += view.pattern.empty()
                    ? "nothing was executed\n"
                    : fmt::format("no workqueue whose name has \"{}\" in it executed anything\n", view.pattern);
    else {
        const Names names(recording, rows);
        text += "\n" + make_table(view, rows, names, style).render(style) + pictures(view, rows, names, style);
    }
    if (const std::string more = notes(recording, style); !more.empty())
        text += "\n" + more;
    return text;
}

std::string latency_progress(uint64_t elapsed_ns, uint64_t duration_ns, const Style& style)
{
    const double done = static_cast<double>(elapsed_ns) / static_cast<double>(std::max<uint64_t>(1, duration_ns));
    const uint64_t left = duration_ns - std::min(duration_ns, elapsed_ns);
    return progress_bar(
        done,
        fmt::format(" {:3.0f}%  recording  {:.1f}s left", std::min(1.0, done) * 100, static_cast<double>(left) / 1e9),
        style);
}

}  // namespace wqctl
