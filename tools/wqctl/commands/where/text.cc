// SPDX-License-Identifier: GPL-2.0
#include "commands/where/render.hh"

#include <algorithm>

#include <fmt/core.h>

#include "snapshot/workqueue_labels.hh"
#include "term/table.hh"
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
    std::string count = place.nr_active ? fmt::format("{}/{}", *place.nr_active, *place.max_active) : "";
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
    return fmt::format("{} {}{}", snapshot.string(snapshot.scope(*place.scope)->name), *place.pod,
                       place.is_whole ? ", left" : "");
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
        return in_turn == other.in_turn &&
               std::equal(lines.begin(), lines.end(), other.lines.begin(), other.lines.end(),
                          [](const Line& a, const Line& b) { return a.cells == b.cells; });
    }
};

Group group_of(const Snapshot& snapshot, const WhereAnswer& answer)
{
    Group group{{answer.from}, answer.in_turn, {}};
    for (const WherePlace& place : answer.places) {
        std::vector<std::string> cells = {pod(snapshot, place),
                                          place.pool < 0 ? "?" : std::to_string(place.pool),
                                          format_cpu_list(place.starts_on),
                                          place.starts_on == place.runs_on ? "" : format_cpu_list(place.runs_on),
                                          active(place),
                                          run_by(snapshot, place)};
        const auto same = std::find_if(group.lines.begin(), group.lines.end(),
                                       [&](const Line& line) { return line.cells == cells; });
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
        const auto same = std::find_if(groups.begin(), groups.end(),
                                       [&](const Group& other) { return other.is_like(group); });
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

// Every step, if all answers have the same; of one answer all, place by place.
std::string why(const Snapshot& snapshot, const WhereQuestion& question, const std::vector<WhereAnswer>& answers,
                const Style& style)
{
    const WhereAnswer& first = answers.front();
    const bool same = std::all_of(answers.begin(), answers.end(), [&](const WhereAnswer& answer) {
        return answer.reasons == first.reasons &&
               std::equal(answer.places.begin(), answer.places.end(), first.places.begin(), first.places.end(),
                          [](const WherePlace& a, const WherePlace& b) { return a.reasons == b.reasons; });
    });
    if (!same)
        return fmt::format("\nwqctl where {} --cpu N tells the steps from CPU N\n",
                           unique_name(snapshot, snapshot.workqueues.at(question.workqueue)));
    std::vector<Reason> reasons = first.reasons;
    if (first.places.size() == 1)
        reasons.insert(reasons.end(), first.places[0].reasons.begin(), first.places[0].reasons.end());
    std::string text = "\n" + style.bold("why") + "\n" + steps(reasons, style);
    if (first.places.size() < 2)
        return text;
    for (const Line& line : group_of(snapshot, first).lines) {
        const auto place = std::find_if(first.places.begin(), first.places.end(),
                                        [&](const WherePlace& p) { return p.chosen.front() == line.chosen.front(); });
        text += "\n" +
                style.bold(fmt::format("why for CPU {}{}", line.chosen.front(),
                                       line.chosen.size() > 1 ? " and the like" : "")) +
                "\n" + steps(place->reasons, style);
    }
    return text;
}

std::string title(const Snapshot& snapshot, const WhereQuestion& question, const Style& style)
{
    const wqlab_snap_workqueue& wq = snapshot.workqueues.at(question.workqueue);
    std::vector<std::string> words = flags_to_names(wq.flags);
    if (!(wq.flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_BH | WQLAB_WQ_PERCPU)))
        words.insert(words.begin(), "percpu");
    std::string text = style.bold(WorkqueueLabels(snapshot)[question.workqueue]);
    for (const std::string& word : words)
        text += " " + word;
    text += question.work_on ? fmt::format(", queue_work_on() CPU {}", *question.work_on)
            : question.node  ? fmt::format(", queue_work_node() node {}", *question.node)
                             : ", queue_work()";
    if (question.work)
        text += fmt::format(" of the item {:08x}", question.work);
    else if (!question.function.empty())
        text += fmt::format(" of the item that runs {}", question.function);
    return text + "\n\n";
}

}  // namespace

std::string render_where(const Snapshot& snapshot, const WhereQuestion& question,
                         const std::vector<WhereAnswer>& answers, const Style& style)
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
