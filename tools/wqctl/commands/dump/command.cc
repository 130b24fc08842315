// SPDX-License-Identifier: GPL-2.0
#include <ctime>

#include <fmt/core.h>

#include "command.hh"
#include "commands/dump/flags.hh"
#include "commands/dump/render.hh"
#include "commands/dump/request.hh"
#include "commands/dump/stacks.hh"
#include "commands/dump/stuck.hh"
#include "snapshot/names.hh"
#include "source/saved/saved.hh"
#include "source/source.hh"
#include "system/replace_file.hh"
#include "term/output.hh"
#include "text/units.hh"

namespace wqctl {

namespace {

std::string render(const Dump& dump, DumpFormat format, const Style& style)
{
    switch (format) {
    case DumpFormat::kJson: return dump_to_json(dump);
    case DumpFormat::kWqDump: return dump_to_wq_dump(dump);
    default: return render_dump(dump, style);
    }
}

class DumpCommand final : public Command {
    DumpFlags flags_;

    void declare(Args& args) override { flags_.declare(args); }

    int run(Context& context) override
    {
        Source& source = context.source(flags_.source);
        return flags_.save ? keep(source, context.output()) : show(source, context.output());
    }

    // All there is: whoever looks at it later has other questions.
    int keep(Source& source, Output& output) const
    {
        const Snapshot snapshot = source.snapshot(WQLAB_SECTIONS_ALL);
        for (const std::string& trouble : snapshot.troubles)
            print_trouble(trouble);
        const std::string bytes = save(source.info(), snapshot, source.origin(), std::time(nullptr));
        replace_file(*flags_.save, bytes);
        output.text(fmt::format("{}: {} workqueues, {} pools, {} workers and {} items of {}, {}\n", *flags_.save,
                                snapshot.workqueues.size(), snapshot.pools.size(), snapshot.workers.size(),
                                snapshot.works.size(), source.info().release, human_size(bytes.size())));
        return kDone;
    }

    int show(Source& source, Output& output) const
    {
        const DumpRequest request(flags_);
        const Info& info = source.info();
        uint32_t unavailable = 0;
        for (const View& view : lacking_of(info, WQLAB_SECTIONS_ALL))
            unavailable |= view.section;
        const Snapshot snapshot = source.snapshot(request.needed() & ~unavailable);
        for (const std::string& trouble : snapshot.troubles)
            print_trouble(trouble);
        Selection selection = select(snapshot, request.filter);
        Stuck stuck;
        if (request.stuck_ns) {
            stuck = only_stuck(snapshot, selection, *request.stuck_ns);
            selection = stuck.selection;
        }
        Stacks stacks;
        if (flags_.stacks)
            stacks = read_stacks(source, snapshot, selection);

        Dump dump{.snapshot = snapshot, .selection = selection, .kernel = info.release};
        dump.sections = request.sections & snapshot.sections;
        // What nobody can see may stand, too.
        const uint32_t asked = request.sections | (request.stuck_ns ? WQLAB_SECTION_WORK : 0);
        dump.lacking = lacking_of(info, asked);
        if (!source.is_module())
            dump.source = source.origin();
        const uint32_t missing = asked & ~snapshot.sections & ~unavailable;
        for (const SectionName& entry : section_names())
            if (missing & entry.section)
                dump.lacking.push_back({entry.section, {}});
        if (flags_.stacks)
            dump.stacks = &stacks;
        const Style& style = output.style();
        if (request.stuck_ns && request.format == DumpFormat::kTable && !stuck.any && dump.lacking.empty())
            output.text(fmt::format("nothing has stood still for {}\n", *flags_.stuck));
        else
            output.text(render(dump, request.format, style));
        if (request.stuck_ns && request.format == DumpFormat::kTable)
            output.text(render_unknown(stuck, *flags_.stuck, style));
        if (stuck.any)
            return kBad;
        const bool is_asked = request.is_explicit || request.stuck_ns;
        return (is_asked && !dump.lacking.empty()) || !stacks.lacking.empty() ? kSkipped : kDone;
    }
};

}  // namespace

std::unique_ptr<Command> make_dump() { return std::make_unique<DumpCommand>(); }

}  // namespace wqctl
