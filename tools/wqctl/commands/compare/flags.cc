// SPDX-License-Identifier: GPL-2.0
#include "commands/compare/flags.hh"

#include <fmt/core.h>

#include "text/error.hh"
#include "text/split.hh"

namespace wqctl {

namespace {

constexpr const char* kExamples = R"(
A side is what was before, B what is new: wqctl compare A... -- B...
A row is called different only where that would happen by chance in one of twenty comparisons at most.

Examples:
  wqctl compare before.json -- after.json
      two documents of wqctl bench (or two runs, ...); of one boot each, so what boots change counts, too
  wqctl compare old-*.json -- new-*.json --fail-above 3%
      several boots a side, of which each counts once; exit code 1 if something is surely worse by more than 3%
  wqctl compare 5us.json -- 6us.json --ignore spin
      what differs is what is to be compared
  wqctl compare base-check.json -- patched-check.json
      checks whose verdict changed
)";

}  // namespace

void CompareFlags::declare(Args& args)
{
    args.words("A", a, "Documents of one side: of bench, run, latency, monitor or check, by --json").file();
    args.words("B", b, "Those of the other side").file().behind_dashes();
    args.option("--fail-above", fail_above, "SHARE",
                "Exit with 1 if a figure is surely worse, by more than this, such as 3%, or B lacks it");
    args.options("--ignore", ignored, "KEY", "Compare although this key of the scenarios differs; may be given again");
    args.json(json, {"wqlab/compare/1"});
    args.examples(kExamples);
}

void CompareFlags::check() const
{
    // Work and memory grow with it, and hundreds of boots say no more.
    constexpr size_t kMost = 40;
    for (const auto* side : {&a, &b}) {
        if (side->empty())
            throw Error::usage(fmt::format("side {} has no document", side == &a ? 'A' : 'B'),
                               "wqctl compare A.json -- B.json: what was before, two dashes, what is new");
        if (side->size() > kMost)
            throw Error::usage(
                fmt::format("side {} has {} documents; give {} at most", side == &a ? 'A' : 'B', side->size(), kMost));
    }
}

std::vector<std::string> CompareFlags::ignored_keys() const
{
    std::vector<std::string> keys;
    for (const std::string& list : ignored)
        for (const std::string_view key : split(list, ","))
            keys.emplace_back(key);
    return keys;
}

}  // namespace wqctl
