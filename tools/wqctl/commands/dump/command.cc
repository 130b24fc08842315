// SPDX-License-Identifier: GPL-2.0
#include "wire/lab.hh"
#include "commands/commands.hh"
#include "commands/dump/request.hh"
#include "commands/dump/render.hh"
#include "snapshot/names.hh"

namespace wqctl {

namespace {

std::string show(const Dump& dump, DumpFormat format, const Style& style)
{
    switch (format) {
    case DumpFormat::kJson: return dump_to_json(dump);
    case DumpFormat::kWqDump: return dump_to_wq_dump(dump);
    default: return render_dump(dump, style);
    }
}

}  // namespace

int command_dump(const Invocation& invocation, Output& output)
{
    const DumpRequest request(invocation.dump);
    Lab lab;
    const Info info = lab.info();
    uint32_t unavailable = 0;
    for (const View& view : lacking_of(info, WQLAB_SECTIONS_ALL))
        unavailable |= view.section;
    const Snapshot snapshot = lab.snapshot(request.needed() & ~unavailable);
    for (const std::string& trouble : snapshot.troubles)
        print_trouble(trouble);
    const Selection selection = select(snapshot, request.filter);

    Dump dump{.snapshot = snapshot, .selection = selection, .kernel = info.release};
    dump.sections = request.sections & snapshot.sections;
    dump.lacking = lacking_of(info, request.sections);
    for (const uint32_t missing = request.sections & ~snapshot.sections & ~unavailable; const SectionName& entry : section_names())
        if (missing & entry.section)
            dump.lacking.push_back({entry.section, {}});
    output.text(show(dump, request.format, output.style()));
    return request.is_explicit && !dump.lacking.empty() ? kSkipped : kDone;
}

}  // namespace wqctl
