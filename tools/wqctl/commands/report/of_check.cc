// SPDX-License-Identifier: GPL-2.0
#include <fmt/core.h>

#include "commands/report/readers.hh"
#include "text/names.hh"

namespace wqctl::page {

namespace {

struct Status {
    std::string_view key;
    std::string_view title;  // of the table of those
    Mark mark;
    bool is_folded;
};
constexpr std::array<Status, 4> kStatuses = {{{"fail", "Promises that are broken", Mark::kBad, false},
                                              {"known", "Broken, as is known of this kernel", Mark::kDoubtful, false},
                                              {"skip", "Not judged", Mark::kNone, true},
                                              {"pass", "Promises that are kept", Mark::kGood, true}}};

std::string count_of(const Fields& root, std::string_view status)
{
    return root.find("summary") ? human(root.object("summary").number(status), Unit::kNumber) : "?";
}

Table table_of(const Fields& root, const Status& status)
{
    Table table;
    table.title = status.title;
    table.is_folded = status.is_folded;
    table.columns = {{"", true}, {"check", true}, {"promise", true}, {"what was seen", true}, {"took"}};
    for (const Node& node : root.list("checks")) {
        const Fields check(node, "a check", root.file());
        if (check.text("status") != status.key)
            continue;
        std::string reason = check.text_or("reason", "");
        for (const std::string& evidence : check.texts("evidence"))
            reason += (reason.empty() ? "" : "; ") + evidence;
        table.rows.push_back({Cell(std::string(status.key), status.mark), check.text("id"), check.text_or("title", ""),
                              reason, time_of(check, "elapsed_ns")});
    }
    return table;
}

}  // namespace

void read_check(const Fields& root, Draft& draft)
{
    Section& section = draft.section;
    Facts facts = origin_facts(root);
    facts.add("Verdict", fmt::format("{} kept, {} broken, {} broken as known, {} not judged; {}",
                                     count_of(root, "pass"), count_of(root, "fail"), count_of(root, "known"),
                                     count_of(root, "skip"), time_of(root, "elapsed_ns")));
    section.blocks.push_back(std::move(facts));
    if (root.find("incomplete"))
        section.note("Not all were judged: " + root.text("incomplete"), Mark::kDoubtful);
    std::vector<std::string> quarantined;
    for (const Node& node : root.list("checks"))
        if (const Fields check(node, "a check", root.file()); check.find("quarantined"))
            if (check.find("quarantined")->boolean)
                quarantined.push_back(check.text("id"));
    if (!quarantined.empty())
        section.note(
            fmt::format("Hangs in the kernel and was left behind, and the module with it: {}.", enumerate(quarantined)),
            Mark::kBad);
    for (const Status& status : kStatuses)
        if (Table table = table_of(root, status); !table.rows.empty())
            section.blocks.push_back(std::move(table));
}

}  // namespace wqctl::page
