// SPDX-License-Identifier: GPL-2.0
#include <charconv>

#include "command.hh"
#include "commands/where/flags.hh"
#include "commands/where/render.hh"
#include "source/source.hh"
#include "term/output.hh"
#include "text/units.hh"

namespace wqctl {

namespace {

std::optional<uint32_t> number(const char* option, const std::optional<std::string>& text)
{
    if (!text)
        return {};
    try {
        return parse_count32(*text);
    } catch (const Error& error) {
        throw error.within(option);
    }
}

// As the kernel prints an address with %p: hexadecimal.
uint64_t item(std::string_view text)
{
    const std::string_view digits = text.starts_with("0x") ? text.substr(2) : text;
    uint64_t identity = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), identity, 16);
    if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || identity == 0)
        throw Error::usage("--work: \"" + std::string(text) +
                           "\" is not the identity of an item; they are hexadecimal, as the "
                           "kernel prints them with %p");
    return identity;
}

WhereQuestion question_of(const WhereFlags& flags)
{
    WhereQuestion question;
    question.cpu = number("--cpu", flags.cpu);
    question.work_on = number("--work-on", flags.work_on);
    question.node = number("--node", flags.node);
    if (flags.work)
        question.work = item(*flags.work);
    question.function = flags.function.value_or("");
    return question;
}

class WhereCommand final : public Command {
    WhereFlags flags_;

    void declare(Args& args) override { flags_.declare(args); }

    int run(Context& context) override
    {
        WhereQuestion question = question_of(flags_);
        const Snapshot snapshot = context.source(flags_.source).snapshot(kWhereSections);
        constexpr uint32_t needed = WQLAB_SECTION_SCOPES | WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES |
                                    WQLAB_SECTION_WORK;
        if ((snapshot.sections & needed) != needed)
            throw Error(kSkipped, "this kernel does not show its pools and workqueues");
        question.workqueue = find_workqueue(snapshot, flags_.workqueue);
        const std::vector<WhereAnswer> answers = where(snapshot, question);
        Output& output = context.output();
        if (flags_.json)
            output.text(where_to_json(snapshot, question, answers));
        else
            output.text(render_where(snapshot, question, answers, output.style()));
        return kDone;
    }
};

}  // namespace

std::unique_ptr<Command> make_where() { return std::make_unique<WhereCommand>(); }

}  // namespace wqctl
