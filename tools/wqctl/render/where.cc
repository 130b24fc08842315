// SPDX-License-Identifier: GPL-2.0
#include "render/where.hh"

#include <algorithm>

#include <fmt/format.h>

#include "render/table.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

using enum Table::Align;

std::string worker_name(const Snapshot& snapshot, const wqlab_snap_worker* worker)
{
    return worker ? fmt::format("{} (pid {})", snapshot.string(worker->command), worker->pid) : "the running one";
}

std::string run_by(const Snapshot& snapshot, const WherePlace& place)
{
    switch (place.runner) {
    case Runner::kIdle: return worker_name(snapshot, place.worker);
    case Runner::kCurrent: return worker_name(snapshot, place.worker) + ", again";
    case Runner::kAfter: return "after " + worker_name(snapshot, place.worker);
    case Runner::kManager: return "a new worker";
    case Runner::kSoftirq: return "softirq";
    case Runner::kLater: return "later, inactive";
    case Runner::kNobody: return "nobody now";
    case Runner::kUnknown: break;
    }
    return "?";
}

std::string active(const WherePlace& place)
{
    const std::string count = place.nr_active ? fmt::format("{}/{}", *place.nr_active, *place.max_active) : "";
    switch (place.activity) {
    case Activity::kFrozen: return "frozen";
    case Activity::kPlugged: return "plugged";
    case Activity::kBehind: return count + " queue";
    case Activity::kLimited: return count + " full";
    case Activity::kActive: return count;
    case Activity::kUnknown: break;
    }
    return "?";
}

std::string pod(const Snapshot& snapshot, const WherePlace& place)
{
    if (place.follows_item)
        return "where it runs";
    if (!place.scope)
        return "";
    return fmt::format("{} {}{}", snapshot.string(snapshot.scope(*place.scope)->name), *place.pod, place.is_whole ? ", left" : "");
}

void add(CpuList& cpus, const CpuList& more)
{
    CpuList both;
    std::set_union(cpus.begin(), cpus.end(), more.begin(), more.end(), std::back_inserter(both));
    cpus = std::move(both);
}

// Places that look the same, and answers with the same places, are one.
struct Line {
    CpuList chosen;
    std::vector<std::string> cells;
};

struct Group {
    CpuList from;
    bool in_turn = false;
    std::vector<Line> lines;

    bool is_like(const Group& other) const
    {
        return in_turn == other.in_turn && std::equal(lines.begin(), lines.end(), other.lines.begin(), other.lines.end(),
                                                      [](const Line& a, const Line& b) { return a.cells == b.cells; });
    }
};

Group group_of(const Snapshot& snapshot, const WhereAnswer& answer)
{
    Group group{{answer.from}, answer.in_turn, {}};
    for (const WherePlace& place : answer.places) {
        std::vector<std::string> cells = {pod(snapshot, place), place.pool < 0 ? "?" : std::to_string(place.pool),
                                          format_cpu_list(place.starts_on),
                                          place.starts_on == place.runs_on ? "" : format_cpu_list(place.runs_on),
                                          active(place), run_by(snapshot, place)};
        const auto same = std::find_if(group.lines.begin(), group.lines.end(), [&](const Line& line) { return line.cells == cells; });
        if (same != group.lines.end())
            add(same->chosen, place.chosen);
        else
            group.lines.push_back({place.chosen, std::move(cells)});
    }
    return group;
}

std::vector<Group> groups_of(const Snapshot& snapshot, const std::vector<WhereAnswer>& answers)
{
    std::vector<Group> groups;
    for (const WhereAnswer& answer : answers) {
        Group group = group_of(snapshot, answer);
        const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& other) { return other.is_like(group); });
        if (same == groups.end()) {
            groups.push_back(std::move(group));
            continue;
        }
        add(same->from, group.from);
        for (size_t i = 0; i < group.lines.size(); i++)
            add(same->lines[i].chosen, group.lines[i].chosen);
    }
    return groups;
}

std::string table_of(const Snapshot& snapshot, const std::vector<WhereAnswer>& answers, const Style& style)
{
    Table table;
    table.column("queued from", kLeft);
    table.column("for CPU", kLeft);
    table.column("pod", kLeft);
    table.column("pool");
    table.column("starts on", kLeft);
    table.column("may move to", kLeft);
    table.column("active", kLeft);
    table.column("run by", kLeft);
    for (const Group& group : groups_of(snapshot, answers))
        for (const Line& line : group.lines) {
            std::string chosen = !group.in_turn && line.chosen == group.from ? "its own" : format_cpu_list(line.chosen);
            std::vector<std::string> cells = {format_cpu_list(group.from), chosen + (group.in_turn ? ", in turn" : "")};
            cells.insert(cells.end(), line.cells.begin(), line.cells.end());
            table.row(std::move(cells));
        }
    return table.render(style);
}

// Those of one answer and each of its places.
std::vector<std::vector<Reason>> paths_of(const WhereAnswer& answer)
{
    std::vector<std::vector<Reason>> paths;
    for (const WherePlace& place : answer.places) {
        paths.push_back(answer.reasons);
        paths.back().insert(paths.back().end(), place.reasons.begin(), place.reasons.end());
    }
    if (paths.empty())
        paths.push_back(answer.reasons);
    return paths;
}

bool has(const std::vector<Reason>& path, const Reason& reason) { return std::find(path.begin(), path.end(), reason) != path.end(); }

std::string steps(const std::vector<Reason>& reasons, const Style& style)
{
    size_t width = 0;
    for (const Reason& reason : reasons)
        width = std::max(width, reason.function.size());
    std::string text;
    for (const Reason& reason : reasons) {
        const size_t indent = width + 4;
        std::string entry = wrap(reason.text, style.width, std::string(indent, ' '));
        entry.replace(0, indent, "  " + style.cyan(pad_right(reason.function, width)) + "  ");
        text += entry;
    }
    return text;
}

// The steps that lead everywhere; the others only where one answer is looked at.
std::string why(const Snapshot& snapshot, const WhereQuestion& question, const std::vector<WhereAnswer>& answers, const Style& style)
{
    std::vector<std::vector<Reason>> paths;
    for (const WhereAnswer& answer : answers)
        for (auto& path : paths_of(answer))
            paths.push_back(std::move(path));
    std::vector<Reason> common;
    bool differ = false;
    for (const Reason& reason : paths.front())
        if (std::all_of(paths.begin(), paths.end(), [&](const auto& path) { return has(path, reason); }))
            common.push_back(reason);
    for (const auto& path : paths)
        differ |= path.size() != common.size();

    std::string text;
    if (!common.empty())
        text += "\n" + style.bold(differ ? "why, in each case" : "why") + "\n" + steps(common, style);
    if (!differ)
        return text;
    if (answers.size() > 1)
        return text + fmt::format("\nwqctl where {} --cpu N says every step from CPU N\n",
                                  unique_name(snapshot, snapshot.workqueues.at(question.workqueue)));
    for (size_t i = 0; i < paths.size(); i++) {
        std::vector<Reason> own;
        for (const Reason& reason : paths[i])
            if (!has(common, reason))
                own.push_back(reason);
        text += "\n" + style.bold(fmt::format("why for CPU {}", format_cpu_list(answers.front().places[i].chosen))) + "\n" + steps(own, style);
    }
    return text;
}

std::string title(const Snapshot& snapshot, const WhereQuestion& question, const Style& style)
{
    const wqlab_snap_workqueue& wq = snapshot.workqueues.at(question.workqueue);
    const std::string unique = unique_name(snapshot, wq);
    const std::string& name = snapshot.string(wq.name);
    std::vector<std::string> words = flags_to_names(wq.flags);
    if (!(wq.flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_BH | WQLAB_WQ_PERCPU)))
        words.insert(words.begin(), "percpu");
    std::string text = style.bold(unique) + (unique == name ? "" : fmt::format(" \"{}\"", name));
    for (const std::string& word : words)
        text += " " + word;
    text += question.work_on ? fmt::format(", queue_work_on() CPU {}", *question.work_on)
            : question.node  ? fmt::format(", queue_work_node() node {}", *question.node)
                             : ", queue_work()";
    if (question.work)
        text += fmt::format(" of the item {:016x}", question.work);
    else if (!question.function.empty())
        text += fmt::format(" of the item that runs {}", question.function);
    return text + "\n\n";
}

}  // namespace

std::string render_where(const Snapshot& snapshot, const WhereQuestion& question, const std::vector<WhereAnswer>& answers,
                         const Style& style)
{
    std::string text = title(snapshot, question, style);
    const Fate fate = answers.empty() ? Fate::kQueued : answers.front().fate;
    if (fate == Fate::kPending)
        text += style.red("It is not queued: it is pending already.") + "\n";
    if (fate == Fate::kChainedOnly)
        text += style.red("Refused, unless an item of this workqueue queues it:") + "\n\n";
    if (fate != Fate::kPending)
        text += table_of(snapshot, answers, style);
    if (!answers.empty())
        text += why(snapshot, question, answers, style);
    for (const std::string& trouble : snapshot.troubles)
        text += "\n" + wrap("The snapshot is not whole: " + trouble, style.width, "");
    return text;
}

}  // namespace wqctl
