// SPDX-License-Identifier: GPL-2.0
#include <memory>

#include <fmt/core.h>

#include "command.hh"
#include "commands/explain/experiment.hh"
#include "commands/explain/flags.hh"
#include "commands/explain/render.hh"
#include "source/source.hh"
#include "system/file_lock.hh"
#include "system/wait.hh"
#include "term/output.hh"

namespace wqctl {

namespace {

Topics all_topics()
{
    Topics topics;
    for (const Experiment& experiment : experiments())
        topics.emplace_back(experiment.topic, experiment.question);
    return topics;
}

std::vector<const Experiment*> chosen(const ExplainFlags& flags)
{
    if (flags.all && !flags.topics.empty())
        throw Error::usage("--all and topics exclude each other; give one");
    std::vector<const Experiment*> list;
    if (flags.all)
        for (const Experiment& experiment : experiments())
            list.push_back(&experiment);
    for (const std::string& topic : flags.topics)
        list.push_back(&find_experiment(topic));
    return list;
}

// Without these no experiment sees anything.
void check_views(const Info& info)
{
    for (const View& view : info.views)
        if (view.section & Bench::kNeeded && !view.lacks.empty())
            throw Error(kSkipped,
                        fmt::format("the module can't look into this kernel: it lacks {}", view.lacks.front()),
                        "wqctl info shows what can be looked at");
}

// Two at once would take each other's pools for their own.
std::unique_ptr<FileLock> be_alone()
{
    try {
        return std::make_unique<FileLock>("/sys/module/wqlab/uevent", FileLock::Whose::kRoots);
    } catch (const Error& error) {
        throw Error(kUnavailable, fmt::format("explanations are asked one at a time; {}", error.message));
    }
}

int judge(const std::vector<Explanation>& explanations)
{
    size_t skipped = 0;
    bool hold = true;
    for (const Explanation& explanation : explanations) {
        skipped += !explanation.skipped.empty();
        hold &= explanation.holds();
        for (const Explanation::Statement& statement : explanation.statements)
            if (!statement.holds)
                print_loud(fmt::format("{}: NOT as documented: {}", explanation.topic, statement.text));
    }
    if (!hold)
        return kBad;
    return skipped == explanations.size() ? kSkipped : kDone;
}

class ExplainCommand final : public Command {
    ExplainFlags flags_;

    void declare(Args& args) override { flags_.declare(args); }

    int run(Context& context) override
    {
        Output& output = context.output();
        const std::vector<const Experiment*> list = chosen(flags_);
        if (flags_.list || list.empty()) {
            if (flags_.json)
                output.text(topics_to_json(all_topics()));
            else
                output.text(render_topics(all_topics(), output.style()));
            return kDone;
        }

        Source& source = context.source();
        const Info& info = source.info();
        check_views(info);
        const std::unique_ptr<FileLock> alone = be_alone();
        Interrupts interrupts;
        Bench bench(context.lab(), source, [&interrupts](unsigned ms) {
            if (wait_for(uint64_t{ms} * 1'000'000, interrupts) == Woken::kByInterrupt)
                throw Error(kInterrupted, "interrupted; everything is as it was");
        });
        std::vector<Explanation> explanations;
        for (const Experiment* experiment : list) {
            explanations.push_back(explain(*experiment, bench));
            if (flags_.json)
                continue;
            output.text((explanations.size() > 1 ? "\n\n" : "") +
                        render_explanation(explanations.back(), output.style()));
            output.finish();
        }
        if (flags_.json)
            output.text(explanations_to_json(explanations, info.release));
        output.finish();
        return judge(explanations);
    }
};

}  // namespace

std::unique_ptr<Command> make_explain() { return std::make_unique<ExplainCommand>(); }

}  // namespace wqctl
