// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/live/look.hh"

#include "source/sampling.hh"
#include "system/wait.hh"
#include "text/error.hh"

namespace wqctl::live {

uint64_t parse_between(std::string_view text)
{
    const uint64_t between = parse_interval(text);
    if (!between)
        throw Error::usage("--for: what moves can't be told without time between the two looks; give 100ms or more");
    return between;
}

Snapshot look_once(Source& source)
{
    constexpr uint32_t kSections = WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS |
                                   WQLAB_SECTION_NODES | WQLAB_SECTION_WORK | WQLAB_SECTION_TIMERS | WQLAB_SECTION_CPUS;
    return take_snapshot(source, kSections);
}

std::optional<Looks> look(Source& source, uint64_t between_ns, Interrupts& interrupts)
{
    Looks looks{look_once(source), {}};
    if (!source.is_live())
        return looks;
    if (wait_for(between_ns, interrupts) != Woken::kByTime)
        return {};
    looks.now = look_once(source);
    return looks;
}

}  // namespace wqctl::live
