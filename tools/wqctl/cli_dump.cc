// SPDX-License-Identifier: GPL-2.0
#include "cli.hh"

#include <fmt/format.h>

#include "snapshot/names.hh"

namespace wqctl {

namespace {

constexpr const char* kDumpExamples = R"(
The filters agree with each other and hold for every section. What a kernel
can't show is said, and is an error (exit code 4) only if it was named.

Examples:
  wqctl dump
      everything there is, taken at one moment
  wqctl dump work --busy
      what executes, what waits behind it, and what max_active holds back
  wqctl dump --cpu 3
      the pools that may run something on CPU 3, and what they do
  wqctl dump --wq '^wqlab' workqueues work timers
      some workqueues, the pools they use, and their items
  wqctl dump --format wq_dump
      what the kernel's tools/workqueue/wq_dump.py prints, without debug info
)";

}  // namespace

void Cli::add_dump()
{
    CLI::App* dump = add_command("dump", "Show pools, workers, workqueues and their items, as they are now");
    DumpFlags& f = invocation_.dump;
    std::string sections = "Which sections, default all:";
    size_t width = 0;
    for (const SectionName& section : section_names())
        width = std::max(width, section.name.size());
    for (const SectionName& section : section_names())
        sections += fmt::format("\n{:{}}  {}", section.name, width, section.description);
    dump->add_option("SECTION", f.sections, sections)->type_name("");
    std::string group = "Filters";
    dump->add_option("--wq", f.workqueues, "Workqueues whose name or symbol this is found in, and the pools they use; may be given again")
        ->type_name("REGEX")->allow_extra_args(false)->group(group);
    dump->add_option("--pool", f.pool, "This pool, and the workqueues that use it")->type_name("ID")->group(group);
    dump->add_option("--cpu", f.cpu, "The pools of this CPU, and the unbound ones that may run there")
        ->type_name("N")->group(group);
    dump->add_flag("--busy", f.busy, "Only what has items pending or executing")->group(group);
    group = "Output";
    dump->add_flag("--json", f.json, "One JSON document (wqlab/dump/1)")->group(group);
    dump->add_option("--format", f.format, "table, json, or wq_dump: what the kernel's script prints")
        ->type_name("FORMAT")->group(group);
    dump->footer(kDumpExamples);
}

}  // namespace wqctl
