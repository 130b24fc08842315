// SPDX-License-Identifier: GPL-2.0
#include "command.hh"
#include "source/module_source.hh"
#include "source/open.hh"
#include "term/output.hh"
#include "wire/absent_module.hh"
#include "wire/lab.hh"

namespace wqctl {

namespace {

std::unique_ptr<Source> open_kcore_for_want_of_the_module()
{
    std::unique_ptr<Source> source;
    try {
        source = open_kcore();
    } catch (const Error& error) {
        const Error absent = absent_module();
        throw Error(error.exit_code, absent.message + ", and without it: " + error.message,
                    error.hint + (error.hint.empty() ? "" : "; or ") + absent.hint);
    }
    print_note("without the module: " + source->origin());
    return source;
}

}  // namespace

Context::Context(Output& output, const std::vector<Entry>& commands, std::vector<std::string> words)
    : output_(output), commands_(commands), words_(std::move(words))
{
    words_.insert(words_.begin(), "wqctl");
}

Context::~Context() = default;

Lab& Context::lab()
{
    if (!lab_)
        lab_ = std::make_unique<Lab>();
    return *lab_;
}

Source& Context::source()
{
    if (!source_)
        source_ = std::make_unique<ModuleSource>(lab());
    return *source_;
}

Source& Context::source(const SourceFlags& flags)
{
    using enum SourceChoice::What;
    const SourceChoice choice = choose_source(flags);
    if (source_)
        return *source_;
    if (choice.what == kFile)
        source_ = open_file(choice.file, flags);
    else if (choice.what == kKcore)
        source_ = open_kcore();
    else if (choice.what == kWhatThereIs && !Lab::is_loaded())
        source_ = open_kcore_for_want_of_the_module();
    return source();
}

Source& Context::reopen(const SourceFlags& flags)
{
    source_.reset();
    lab_.reset();
    return source(flags);
}

}  // namespace wqctl
