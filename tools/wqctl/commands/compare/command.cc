// SPDX-License-Identifier: GPL-2.0
#include "command.hh"
#include "commands/compare/comparison.hh"
#include "commands/compare/flags.hh"
#include "commands/compare/render.hh"
#include "term/output.hh"
#include "text/share.hh"

namespace wqctl {

namespace {

std::vector<Document> read_documents(const std::vector<std::string>& files)
{
    std::vector<Document> documents;
    for (const std::string& file : files)
        documents.push_back(read_document(file));
    return documents;
}

class CompareCommand final : public Command {
    CompareFlags flags_;

    void declare(Args& args) override { flags_.declare(args); }

    int run(Context& context) override
    {
        flags_.check();
        std::optional<double> most;
        if (flags_.fail_above)
            most = parse_share(*flags_.fail_above);
        const Comparison comparison = compare(read_documents(flags_.a), read_documents(flags_.b),
                                              flags_.ignored_keys());
        Output& output = context.output();
        if (flags_.json)
            output.text(comparison_to_json(comparison));
        else
            output.text(render_comparison(comparison, output.style()));
        return most && comparison.is_worse_than(*most) ? kBad : kDone;
    }
};

}  // namespace

std::unique_ptr<Command> make_compare() { return std::make_unique<CompareCommand>(); }

}  // namespace wqctl
