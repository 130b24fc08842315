// SPDX-License-Identifier: GPL-2.0
#include "command.hh"

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "commands/report/flags.hh"
#include "commands/report/input.hh"
#include "commands/report/render.hh"
#include "scenario/document_file.hh"
#include "system/replace_file.hh"
#include "term/output.hh"
#include "text/shell_words.hh"

namespace wqctl {

namespace {

bool is_same_file(const std::string& one, const std::string& other)
{
    struct stat a = {}, b = {};
    return stat(one.c_str(), &a) == 0 && stat(other.c_str(), &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// A rename would ask the directory only.
void check_output(const std::string& path, const std::vector<std::string>& files)
{
    for (const std::string& file : files)
        if (is_same_file(path, file))
            throw Error::usage(fmt::format("-o {}: is a document that the report is made of", path));
    struct stat there = {};
    if (stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode))
        throw Error::usage(fmt::format("-o {}: is no regular file, and would be replaced by one", path),
                           "leave -o out, and the report goes to standard output");
    if (access(path.c_str(), F_OK) == 0 && access(path.c_str(), W_OK) != 0)
        throw Error(kBad, fmt::format("-o {}: exists and can't be written", path));
}

class ReportCommand final : public Command {
    ReportFlags flags_;

    void declare(Args& args) override { flags_.declare(args); }

    int run(Context& context) override
    {
        Output& output = context.output();
        flags_.check(output.style().is_terminal);
        if (flags_.output)
            check_output(*flags_.output, flags_.files);
        std::vector<page::Input> inputs;
        for (const std::string& file : flags_.files)
            inputs.push_back({file, read_document_file(file)});
        const page::Page page = page::make_page(inputs, flags_.title.value_or(""));
        const std::string command = shell_words(flags_.words());
        const std::string text = flags_.format == ReportFormat::kHtml ? page::to_html(page, command)
                                                                      : page::to_markdown(page, command);
        if (flags_.output)
            replace_file(*flags_.output, text);
        else
            output.text(text);
        return kDone;
    }
};

}  // namespace

std::unique_ptr<Command> make_report() { return std::make_unique<ReportCommand>(); }

}  // namespace wqctl
