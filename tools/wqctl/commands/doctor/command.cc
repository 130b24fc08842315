// SPDX-License-Identifier: GPL-2.0
#include "command.hh"
#include "commands/doctor/flags.hh"
#include "commands/doctor/log_rules.hh"
#include "commands/doctor/render.hh"
#include "klog/open.hh"
#include "klog/reader.hh"
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
        if (!flags_.log)
            throw Error::usage("it takes a kernel log", "dmesg | wqctl doctor --log -");
        klog::LogReader reader;
        read_log_file(*flags_.log, [&](std::string_view piece) { reader.take(piece); });
        const klog::Log log = reader.finish();
        const std::vector<Finding> findings = examine(log);
        if (flags_.json) {
            output.text(doctor_to_json(log, findings));
        } else {
            if (flags_.verbose)
                output.text(render_dumps(log, output.style()));
            output.text(render_findings(findings, output.style()));
            output.text((findings.empty() ? "" : "\n") + render_summary(log, findings));
        }
        return findings.empty() ? kDone : kBad;
    }
};

}  // namespace

std::unique_ptr<Command> make_doctor() { return std::make_unique<DoctorCommand>(); }

}  // namespace wqctl
