// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/watch.hh"

#include <ctime>

#include <fmt/core.h>

#include "commands/doctor/live/follower.hh"
#include "commands/doctor/render.hh"
#include "source/source.hh"
#include "system/children.hh"
#include "system/deadlines.hh"
#include "system/interrupts.hh"
#include "system/renewed_file.hh"
#include "system/wait.hh"
#include "term/lines.hh"
#include "term/output.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

std::string clock_text(std::time_t now)
{
    char text[32];
    std::tm local{};
    localtime_r(&now, &local);
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local)};
}

class Watch {
public:
    Watch(Context& context, const SourceFlags& flags, const WatchPlan& plan)
        : context_(context),
          flags_(flags),
          plan_(plan),
          output_(context.output()),
          follower_(plan.wanted),
          file_(plan.openmetrics.value_or(""))
    {
    }

    int run()
    {
        Interrupts interrupts;
        // What can't be opened at all is refused; what goes away later may come back.
        source_ = &context_.source(flags_);
        if (!source_->is_live())
            throw Error::usage(source_->origin() + " does not change: there is nothing to watch",
                               "leave --watch out, and it is looked at once");
        Deadlines deadlines(monotonic_ns(), plan_.every_ns);
        do {
            try_to_look();
            for (const std::string& failure : children_.failures())
                print_note("--exec: the command " + failure);
            if (!output_.flush())
                return kDone;
        } while (wait_until(deadlines.next(monotonic_ns()), interrupts) == Woken::kByTime);
        return kDone;
    }

private:
    void try_to_look()
    {
        try {
            if (!trouble_.empty())
                source_ = &context_.reopen(flags_);
            look();
            if (!trouble_.empty())
                print_note("the machine can be looked at again: " + source_->origin());
            trouble_.clear();
        } catch (const Error& error) {
            if (error.message != trouble_)
                print_note(error.message + "; it is tried again");
            trouble_ = error.message;
        }
    }

    void look()
    {
        const std::optional<live::Follower::Step> step = follower_.look(*source_);
        if (!step)
            return;
        const live::Examination& examination = step->examination;
        tell(step->changes, step->interval_ns);
        if (plan_.openmetrics)
            publish(render_openmetrics(examination.findings, examination.not_looked_at));
    }

    void tell(const Changes& changes, uint64_t interval_ns)
    {
        if (!changes.any())
            return;
        const std::time_t now = std::time(nullptr);
        const std::string document = doctor_to_json(changes.found, {.origin = source_->origin(),
                                                                    .kernel = source_->info().release,
                                                                    .interval_ns = interval_ns,
                                                                    .time = now,
                                                                    .ended = changes.ended});
        if (plan_.exec)
            if (const std::string trouble = children_.start(*plan_.exec, document); !trouble.empty())
                print_note("--exec: the command can't be started: " + trouble);
        if (plan_.json)
            output_.text(document);
        else if (plan_.openmetrics != "-")
            output_.text(in_words(changes, clock_text(now)));
    }

    std::string in_words(const Changes& changes, const std::string& when) const
    {
        const Style& style = output_.style();
        std::string text;
        for (const Finding& finding : changes.ended)
            text += hanging(when + " ended: ", one_line(finding.sentence), style.width);
        for (const Finding& finding : changes.found)
            text += hanging(when + " found: ", one_line(finding.sentence), style.width) +
                    render_details(finding, style);
        return text;
    }

    void publish(const std::string& metrics)
    {
        if (*plan_.openmetrics == "-")
            return output_.text(metrics);
        // Findings are told all the same.
        if (const std::string trouble = file_.renew(metrics); !trouble.empty())
            print_note(trouble);
    }

    Context& context_;
    const SourceFlags& flags_;
    const WatchPlan& plan_;
    Output& output_;
    Source* source_ = nullptr;
    live::Follower follower_;
    Children children_;
    RenewedFile file_;
    std::string trouble_;  // of the last look
};

}  // namespace

int watch(Context& context, const SourceFlags& source, const WatchPlan& plan)
{
    return Watch(context, source, plan).run();
}

}  // namespace wqctl
