// SPDX-License-Identifier: GPL-2.0
#include <fmt/format.h>

#include "commands/check/verdicts.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

class Lines : public Verdicts {
public:
    Lines(Output& output, bool with_evidence) : output_(output), with_evidence_(with_evidence) {}

    void begin(size_t) override {}

    void add(const Judgement& j) override
    {
        const Style& style = output_.style();
        const std::string word = pad_right(status_name(j.status), 5);
        std::string text = fmt::format("{} {} {} {}\n", paint(j.status, word), pad_left(j.promise.number(), 4),
                                       pad_right(j.promise.id, 44),
                                       style.dim(fmt::format("{:>6} ms", j.elapsed_ns / 1'000'000)));
        if (j.status == WQLAB_CHECK_SKIP)
            text += fmt::format("           {}\n", style.dim(j.reason));
        if (j.status == WQLAB_CHECK_FAIL || j.status == WQLAB_CHECK_KNOWN) {
            text += fmt::format("           promised: {}\n           where:    {}\n           seen:     {}\n",
                                j.promise.title, j.promise.source, j.reason);
            if (j.status == WQLAB_CHECK_KNOWN)
                text += fmt::format("           known:    {}\n", j.promise.known);
            if (j.quarantined)
                text +=
                    "           It hangs in the kernel and was left behind; the module can't be removed any more.\n";
        }
        if (with_evidence_ || j.status == WQLAB_CHECK_FAIL)
            for (const std::string& line : j.evidence)
                text += fmt::format("           {}\n", style.dim(line));
        output_.text(text);
        output_.finish();
    }

    void end(const Tally& t, uint64_t elapsed_ns, const std::string& incomplete) override
    {
        if (!incomplete.empty())
            output_.text(fmt::format("incomplete: {}\n", one_line(incomplete)));
        output_.text(fmt::format("{} kept, {} broken, {} broken as known, {} skipped, in {:.1f} s\n", t.passed,
                                 t.failed, t.known, t.skipped, static_cast<double>(elapsed_ns) / 1e9));
    }

private:
    std::string paint(uint32_t status, const std::string& word) const
    {
        const Style& style = output_.style();
        switch (status) {
        case WQLAB_CHECK_PASS: return style.green(word);
        case WQLAB_CHECK_FAIL: return style.red(word);
        case WQLAB_CHECK_KNOWN: return style.cyan(word);
        }
        return style.dim(word);
    }

    Output& output_;
    bool with_evidence_;
};

}  // namespace

std::unique_ptr<Verdicts> verdicts_as_lines(Output& output, bool with_evidence)
{
    return std::make_unique<Lines>(output, with_evidence);
}

std::string render_promises(const std::vector<Promise>& promises, const Style& style)
{
    std::string text, group;
    for (const Promise& promise : promises) {
        if (promise.group != group)
            text += fmt::format("{}{}\n", group.empty() ? "" : "\n", style.bold(group = promise.group));
        std::string classes;
        for (const std::string& name : names_of_classes(promise.classes))
            classes += " [" + name + "]";
        text += fmt::format("{} {}{}\n", pad_left(promise.number(), 4), style.cyan(promise.id), style.dim(classes));
        text += wrap(promise.title, style.width, "     ");
        text += "\n";
    }
    return text;
}

std::string promises_to_markdown(const std::vector<Promise>& promises)
{
    std::string text, group;
    for (const Promise& promise : promises) {
        if (promise.group != group)
            text += fmt::format("\n## {}\n\n| # | check | what is promised | where | class |\n|---|---|---|---|---|\n",
                                group = promise.group);
        text += fmt::format("| {} | `{}` | {} | {} | {}{} |\n", promise.number(), promise.id, promise.title,
                            promise.source, fmt::join(names_of_classes(promise.classes), ", "),
                            promise.known.empty() ? "" : "; known: " + promise.known);
    }
    return text;
}

}  // namespace wqctl
