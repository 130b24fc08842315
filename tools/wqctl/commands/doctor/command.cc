// SPDX-License-Identifier: GPL-2.0
#include "command.hh"
#include "commands/doctor/flags.hh"
#include "commands/doctor/live/examine.hh"
#include "commands/doctor/live/look.hh"
#include "commands/doctor/live/rules.hh"
#include "commands/doctor/log/render.hh"
#include "commands/doctor/log/rules.hh"
#include "commands/doctor/render.hh"
#include "commands/doctor/wanted.hh"
#include "commands/doctor/watch.hh"
#include "klog/open.hh"
#include "klog/reader.hh"
#include "source/sampling.hh"
#include "source/source.hh"
#include "term/output.hh"

namespace wqctl {

namespace {

class DoctorCommand final : public Command {
    DoctorFlags flags_;

    void declare(Args& args) override { flags_.declare(args); }

    int run(Context& context) override
    {
        Output& output = context.output();
        if (flags_.list) {
            output.text(render_rules(output.style()));
            return kDone;
        }
        if (flags_.watch)
            return watch(context, flags_.source, plan_watch());
        if (flags_.every || flags_.exec || flags_.openmetrics)
            throw Error::usage("--every, --exec and --openmetrics go with --watch");
        return flags_.log ? read_log(output) : look_at_machine(context.source(flags_.source), output);
    }

    WatchPlan plan_watch() const
    {
        WatchPlan plan;
        plan.every_ns = parse_interval(flags_.every.value_or("10s"));
        if (!plan.every_ns)
            throw Error::usage("--every: without time between two looks nothing can be told to stand still");
        if (flags_.json && flags_.openmetrics == "-")
            throw Error::usage("--json and --openmetrics both want standard output", "--openmetrics FILE");
        plan.exec = flags_.exec;
        plan.openmetrics = flags_.openmetrics;
        plan.json = flags_.json;
        plan.wanted = Patterns(flags_.patterns);
        return plan;
    }

    int look_at_machine(Source& source, Output& output) const
    {
        const uint64_t between = live::parse_between(flags_.interval);
        Interrupts interrupts;
        const std::optional<live::Looks> looks = live::look(source, between, interrupts);
        if (!looks)
            throw Error(kInterrupted, "interrupted before the second look, so that nothing is known");
        const Snapshot& now = looks->now ? *looks->now : looks->before;
        for (const std::string& trouble : now.troubles)
            print_trouble(trouble);
        if (!now.has(WQLAB_SECTION_WORK))
            print_note("this kernel does not show workers and items, so that little can be said (--verbose)");
        live::Case at(looks->before, now);
        live::Examination examination = live::examine_machine(at, source.is_live());
        keep_wanted(examination.findings, Patterns(flags_.patterns));
        const std::vector<Finding>& findings = examination.findings;
        if (flags_.json)
            output.text(doctor_to_json(findings, {.origin = source.origin(),
                                                  .kernel = source.info().release,
                                                  .interval_ns = at.interval_ns(),
                                                  .not_looked_at = examination.not_looked_at}));
        else
            output.text(render_findings(findings, output.style()) +
                        (flags_.verbose ? render_not_looked_at(examination.not_looked_at, output.style()) : ""));
        if (findings.empty())
            return now.has(WQLAB_SECTION_WORK) ? kDone : kSkipped;
        return kBad;
    }

    int read_log(Output& output) const
    {
        klog::LogReader reader;
        const std::string trouble = read_log_file(*flags_.log, [&](std::string_view piece) { reader.take(piece); });
        if (!trouble.empty())
            print_trouble(trouble);
        const klog::Log log = reader.finish();
        if (!log.lines)
            throw Error(kSkipped, "the log is empty, so that nothing is known",
                        "dmesg and journalctl -k may be for root: sudo dmesg | wqctl doctor --log -");
        std::vector<Finding> findings = examine(log);
        keep_wanted(findings, Patterns(flags_.patterns));
        if (flags_.json) {
            output.text(doctor_to_json(findings, {.log = &log}));
        } else {
            if (flags_.verbose)
                output.text(render_dumps(log, output.style()));
            output.text(render_findings(findings, output.style()));
            output.text((findings.empty() ? "" : "\n") + render_summary(log, findings));
        }
        return !findings.empty() ? kBad : trouble.empty() ? kDone : kSkipped;
    }
};

}  // namespace

std::unique_ptr<Command> make_doctor() { return std::make_unique<DoctorCommand>(); }

}  // namespace wqctl
