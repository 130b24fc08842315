// SPDX-License-Identifier: GPL-2.0
#include "report/render.hh"

#include <algorithm>

#include <fmt/core.h>

#include "term/histogram.hh"
#include "term/table.hh"
#include "text/names.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

std::string percent(uint64_t part, uint64_t whole)
{
    if (whole == 0)
        return "-";
    const double value = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
    // 100% is said only of all, 0% only of none.
    if (part != whole && value >= 99.95)
        return "99.9%";
    if (part && value < 0.1)
        return "<0.1%";
    return value == static_cast<int>(value) ? fmt::format("{:.0f}%", value) : fmt::format("{:.1f}%", value);
}

std::string kind_of(const WorkqueueReport& wq)
{
    if (!wq.system.empty())
        return wq.system;
    // sysfs is how the others are set; it changes nothing by itself.
    std::vector<std::string> words = flags_to_names(wq.flags & ~uint32_t{WQLAB_WQ_SYSFS});
    if (wq.flags & WQLAB_WQ_ORDERED)
        std::erase(words, "unbound");
    constexpr uint32_t places = WQLAB_WQ_UNBOUND | WQLAB_WQ_BH | WQLAB_WQ_ORDERED | WQLAB_WQ_PERCPU;
    if (!(wq.flags & places))
        words.insert(words.begin(), "percpu");
    if (wq.attributes.scope && !wq.attributes.scope_is_default)
        words.push_back(*wq.attributes.scope);
    if (wq.attributes.strict.value_or(false))
        words.push_back("strict");
    if (wq.max_active)
        words.push_back(fmt::format("max_active={}", *wq.max_active));
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

std::string context_of(const WorkqueueReport& wq)
{
    if (wq.executed == 0)
        return "-";
    if (wq.softirq == 0)
        return "process";
    return wq.softirq == wq.executed ? "softirq" : fmt::format("softirq {}", percent(wq.softirq, wq.executed));
}

std::string nice_of(const WorkqueueReport& wq)
{
    std::string text;
    for (const auto& [nice, workers] : by_nice(wq))
        text += fmt::format("{}{}", text.empty() ? "" : ",", nice);
    return text.empty() ? "-" : text;
}

std::string off_scope_of(const WorkqueueReport& wq)
{
    if (!wq.off_scope)
        return "?";
    return fmt::format("{} {}", percent(wq.executed - std::min(wq.executed, *wq.off_scope), wq.executed), wq.scope);
}

void add_row(Table& table, const WorkqueueReport& wq, const Style& style)
{
    const auto time = [&](uint32_t which, double fraction) {
        const Latency& latency = wq.latency[which];
        return latency.empty() ? "-" : human_time(latency.percentile(fraction), style.charset);
    };
    const Latency& wait = wq.latency[WQLAB_LATENCY_WAIT];
    const auto some = [](uint64_t value) { return value ? grouped(value) : std::string(); };
    table.row({wq.name,
               kind_of(wq),
               grouped(wq.executed),
               human_count(wq.items_per_s()),
               time(WQLAB_LATENCY_WAIT, 0.5),
               time(WQLAB_LATENCY_WAIT, 0.9),
               time(WQLAB_LATENCY_WAIT, 0.99),
               time(WQLAB_LATENCY_WAIT, 0.999),
               wait.empty() ? "-" : human_time(wait.max, style.charset),
               time(WQLAB_LATENCY_RUN, 0.5),
               time(WQLAB_LATENCY_QUEUE_CALL, 0.5),
               wq.flags & WQLAB_WQ_BH ? "-" : fmt::format("{}", wq.workers.size()),
               fmt::format("{}", wq.max_concurrency),
               context_of(wq),
               percent(wq.executed - std::min(wq.executed, wq.off_cpu), wq.executed),
               off_scope_of(wq),
               nice_of(wq),
               some(wq.refused),
               some(wq.cancelled),
               some(wq.flushed),
               some(wq.modified),
               some(wq.late),
               some(wq.migrated),
               some(wq.drained),
               some(wq.alloc_failed)});
}

Table make_table(const RunReport& report, const Style& style)
{
    using enum Table::Align;
    Table table;
    const std::string place = "where it ran";
    table.column("workqueue", kLeft);
    table.column("kind", kLeft);
    table.column("executed");
    table.column("items/s");
    for (const char* title : {"p50", "p90", "p99", "p99.9", "max"})
        table.column(title, kRight, "wait before it ran");
    table.column("run", kRight, "p50");
    table.column("call", kRight, "p50");
    table.column("workers", kRight, "at work");
    table.column("conc", kRight, "at work");
    table.column("context", kLeft, place);
    table.column("on-cpu", kRight, place);
    table.column("in-scope", kRight, place);
    table.column("nice", kRight, place);
    // Those that are empty do not show.
    for (const char* title :
         {"coalesced", "cancelled", "flushed", "modified", "late", "migrated", "drained", "alloc failed"})
        table.column(title);
    for (const WorkqueueReport& wq : report.workqueues)
        add_row(table, wq, style);
    return table;
}

std::string headline(const RunReport& report, const Style& style)
{
    const RunState& run = report.run;
    std::string text = style.bold(run.label.empty() ? "run" : one_line(run.label));
    text += fmt::format("  run {}, {}", run.id, run_state_name(run.state));
    if (run.ended())
        text += fmt::format(" ({})", end_reason_name(run.end_reason));
    text += fmt::format(" after {}, {} items", human_time(run.elapsed_ns, style.charset), grouped(run.executed));
    if (report.scenario && report.scenario->sample > 1)
        text += fmt::format(", one in {} timed", report.scenario->sample);
    if (run.memory_bytes)
        text += fmt::format(", {} of records", human_size(run.memory_bytes));
    if (!report.kernel.empty())
        text += fmt::format(", Linux {}", report.kernel);
    return wrap(text, style.width, "");
}

std::string histograms(const RunReport& report, const Style& style)
{
    std::vector<std::pair<std::string, const Latency*>> lines;
    for (const WorkqueueReport& wq : report.workqueues)
        lines.emplace_back(wq.name, &wq.latency[WQLAB_LATENCY_WAIT]);
    std::string picture = lines.size() == 1 ? render_histogram_rows(*lines.front().second, style)
                                            : render_histogram_lines(lines, style);
    if (picture.empty())
        return {};
    return style.bold("wait, from before the queue call to the start of the function") + "\n" + picture;
}

// Open-loop items that were not issued when they should have been.
std::string lateness(const RunReport& report, const Style& style)
{
    const auto worst = std::max_element(report.workqueues.begin(), report.workqueues.end(),
                                        [](const auto& a, const auto& b) { return a.late_max_ns < b.late_max_ns; });
    if (worst == report.workqueues.end() || worst->late == 0)
        return {};
    return wrap(fmt::format("late: items that their issuer queued well after they were due, the worst by {} ({})",
                            human_time(worst->late_max_ns, style.charset), worst->name),
                style.width, "");
}

}  // namespace

std::string render_report_table(const RunReport& report, const Style& style)
{
    std::string text = headline(report, style) + "\n" + make_table(report, style).render(style);
    if (const std::string picture = histograms(report, style); !picture.empty())
        text += "\n" + picture;
    if (const std::string late = lateness(report, style); !late.empty())
        text += "\n" + late;
    if (report.scenario && !report.scenario->description.empty()) {
        std::string description = report.scenario->description;
        std::replace(description.begin(), description.end(), '\n', ' ');
        text += "\n" + wrap(one_line(description), style.width, "");
    }
    return text;
}

}  // namespace wqctl
