// SPDX-License-Identifier: GPL-2.0
#include "commands/check/flags.hh"

#include <fmt/format.h>

#include "commands/check/promise.hh"

namespace wqctl {

void CheckFlags::declare(Args& args)
{
    std::vector<std::string> class_words = {"all"};
    for (const ClassName& name : class_names())
        class_words.emplace_back(name.name);
    args.words("PATTERN", patterns, "Only checks whose id, group or number matches: flush, 39b, \"cancel.*\"");
    args.options("--class", classes, "LIST",
                 fmt::format("Classes beside the default: {}; all", fmt::join(names_of_classes(~0u), ", ")))
        .values(std::move(class_words))
        .list();
    args.flag("--list", list, "The checks, without running any");
    args.option("--repeat", repeat, "N", "So many rounds");
    args.option("--shuffle", shuffle, "SEED", "In an order made of this seed");
    args.flag("-v,--verbose", verbose,
              "Also what was seen of promises that are kept: how often it was tried, and what that would have missed");
    args.flag("--fail-fast", fail_fast, "Stop at the first failure");
    args.flag("--ktap", ktap, "Print KTAP, as the kernel's own tests do");
    args.flag("--junit", junit, "Print JUnit XML");
    args.json(json, {"wqlab/check/1", "wqlab/check-list/1"});
    args.flag("--markdown", markdown, "The list as docs/guarantees.md has it").hidden();
    args.group("Proof");
    args.option("--fault", fault, "FAULT", "Judge a stand-in with this fault instead of the kernel");
    args.flag("--proof", proof, "Judge for each check a stand-in that it must fail; those that pass are worth nothing");
    args.examples(
        "\nExit codes: 0 all promises kept, or broken as known of this kernel; 1 one is broken, or a check has no end; "
        "4 nothing could be judged; 130 interrupted before all were.");
}

}  // namespace wqctl
