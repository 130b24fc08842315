// SPDX-License-Identifier: GPL-2.0
#include "commands/dump/flags.hh"

#include <algorithm>

#include <fmt/core.h>

#include "snapshot/names.hh"
#include "uapi/wqlab.h"

namespace wqctl {

namespace {

constexpr std::array<Named<DumpFormat>, 3> kFormats = {{
    {"table", DumpFormat::kTable},
    {"json", DumpFormat::kJson},
    {"wq_dump", DumpFormat::kWqDump},
}};

constexpr const char* kExamples = R"(
The filters agree with each other and hold for every section. What a kernel
can't show is said, and is an error (exit code 4) only if it was named.

Examples:
  wqctl dump
      everything there is, taken at one moment
  wqctl dump work --busy
      what executes, what waits behind it, and what max_active holds back
  wqctl dump --cpu 3
      the pools that may run something on CPU 3, and what they do
  wqctl dump work --busy --stacks
      and in what each of them sleeps
  wqctl dump --stuck 30s
      what has not moved for half a minute; for scripts and cron
  wqctl dump --wq '^wqlab' workqueues work timers
      some workqueues, the pools they use, and their items
  wqctl dump --save hang.wqctl
      keep the machine's moment, to attach it to a report, and elsewhere:
      wqctl dump -c hang.wqctl work --busy
  wqctl dump --format wq_dump
      what the kernel's tools/workqueue/wq_dump.py prints, without debug info
)";

std::string sections_help()
{
    size_t width = 0;
    for (const SectionName& section : section_names())
        width = std::max(width, section.name.size());
    std::string help = "Which sections, default all:";
    for (const SectionName& section : section_names())
        help += fmt::format("\n{:{}}  {}", section.name, width, section.description);
    return help;
}

}  // namespace

void DumpFlags::declare(Args& args)
{
    args.words("SECTION", sections, sections_help()).values(sections_to_names(WQLAB_SECTIONS_ALL));
    args.group("Filters");
    args.options("--wq", workqueues, "REGEX",
                 "Workqueues whose name or symbol this is found in, and the pools they use; may be given again");
    args.option("--pool", pool, "ID", "This pool, and the workqueues that use it");
    args.option("--cpu", cpu, "N", "The pools of this CPU, and the unbound ones that may run there");
    args.flag("--busy", busy, "Only what has items pending or executing");
    args.option("--stuck", stuck, "TIME",
                "Only what has not moved for so long, such as 30s; exit status 1 if there is any");
    args.group("Output");
    args.flag("--stacks", stacks,
              "With the section work: the kernel stacks of busy workers and of who waits, equal ones put together");
    args.json(json, {"wqlab/dump/1"});
    args.choice("--format", format, kFormats, "format", "FORMAT",
                "table, json, or wq_dump: what the kernel's script prints");
    args.option("--save", save, "FILE", "Show nothing, but keep all that there is in FILE: a source for -c")
        .file()
        .excludes("--json")
        .excludes("--format");
    source.declare(args);
    args.examples(kExamples);
}

}  // namespace wqctl
