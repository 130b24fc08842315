// SPDX-License-Identifier: GPL-2.0
#include "commands/dump/request.hh"

#include <fmt/core.h>

#include "commands/dump/render.hh"
#include "text/error.hh"
#include "text/names.hh"
#include "snapshot/names.hh"
#include "text/units.hh"

namespace wqctl {

DumpRequest::DumpRequest(const DumpFlags& flags) : format(flags.json ? DumpFormat::kJson : flags.format)
{
    if (flags.json && flags.format == DumpFormat::kWqDump)
        throw Error::usage("--json and --format wq_dump exclude each other");
    for (const std::string& list : flags.sections)
        sections |= parse_sections(list);
    is_explicit = sections != 0;
    if (!is_explicit)
        sections = format == DumpFormat::kWqDump ? kWqDumpSections
                   : flags.stuck                 ? WQLAB_SECTION_WORK
                                                 : WQLAB_SECTIONS_ALL;
    if (flags.stacks && !(sections & WQLAB_SECTION_WORK))
        throw Error::usage("--stacks shows those of the section work, which is not asked for",
                           "wqctl dump work --stacks");
    if (flags.stuck && format == DumpFormat::kWqDump)
        throw Error::usage("--stuck and --format wq_dump exclude each other: that has no section work");
    if (const uint32_t more = sections & ~kWqDumpSections; format == DumpFormat::kWqDump && more)
        throw Error::usage(fmt::format("the format wq_dump has no section {}; it has {}",
                                       enumerate(sections_to_names(more), "or"),
                                       enumerate(sections_to_names(kWqDumpSections))));
    filter.workqueues = Patterns(flags.workqueues);
    try {
        if (flags.pool)
            filter.pool = parse_int(*flags.pool);
    } catch (const Error& error) {
        throw error.within("--pool");
    }
    try {
        if (flags.cpu)
            filter.cpu = parse_count32(*flags.cpu);
    } catch (const Error& error) {
        throw error.within("--cpu");
    }
    try {
        if (flags.stuck)
            stuck_ns = parse_seconds(*flags.stuck);
    } catch (const Error& error) {
        throw error.within("--stuck");
    }
    filter.busy = flags.busy;
}

uint32_t DumpRequest::needed() const
{
    uint32_t wanted = sections | WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES;
    // The default scope, the unbound cpumask, and the nodes' CPUs.
    if (sections & (WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS | WQLAB_SECTION_NODES))
        wanted |= WQLAB_SECTION_SCOPES;
    // What is pending, busy or held back is counted with the items.
    const bool counts = format != DumpFormat::kWqDump && sections & (WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
    if (counts || filter.busy || stuck_ns || (filter.active() && sections & WQLAB_SECTION_HOGS))
        wanted |= WQLAB_SECTION_WORK;
    if (filter.active() && sections & WQLAB_SECTION_HOGS)
        wanted |= WQLAB_SECTION_TIMERS;
    return wanted;
}

std::vector<View> lacking_of(const Info& info, uint32_t sections)
{
    std::vector<View> lacking;
    for (const View& view : info.views)
        if (view.section & sections && !view.lacks.empty())
            lacking.push_back(view);
    return lacking;
}

}  // namespace wqctl
