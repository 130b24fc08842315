// SPDX-License-Identifier: GPL-2.0
#include "source/open.hh"

#include <algorithm>

#include <fmt/core.h>

#include "source/kcore/running_kernel.hh"
#include "source/read_source.hh"
#include "source/saved/saved.hh"
#include "source/vmcore/byte_file.hh"
#include "source/vmcore/vmcore.hh"
#include "text/error.hh"

namespace wqctl {

SourceChoice choose_source(const SourceFlags& flags)
{
    using enum SourceChoice::What;
    const std::optional<std::string>& named = flags.core ? flags.core : flags.source;
    SourceChoice choice;
    if (named && named->empty())
        throw Error::usage("a source without a name; it is module, kcore or a file");
    if (flags.core)
        choice = {kFile, *flags.core};
    else if (flags.source)
        choice = *flags.source == "module"  ? SourceChoice{kModule, {}}
                 : *flags.source == "kcore" ? SourceChoice{kKcore, {}}
                                            : SourceChoice{kFile, *flags.source};
    if ((flags.symbols || flags.btf) && choice.what != kFile)
        throw Error::usage(
            fmt::format("{} is for a vmcore; name that with -c FILE", flags.symbols ? "--symbols" : "--btf"));
    return choice;
}

std::unique_ptr<Source> open_kcore() { return std::make_unique<ReadSource>(std::make_unique<RunningKernel>()); }

std::unique_ptr<Source> open_file(const std::string& file, const SourceFlags& flags)
{
    std::unique_ptr<ByteFile> bytes = open_disk_file(file, "a source is module, kcore or a file");
    std::string text(2, '\0');
    if (!bytes->read(text.data(), 0, text.size()) || !SavedSource::is_one(text))
        return std::make_unique<ReadSource>(open_vmcore(std::move(bytes), {file, flags.symbols, flags.btf}));
    if (flags.symbols || flags.btf)
        throw Error::usage(file + " is a saved snapshot, which needs neither --symbols nor --btf");
    if (bytes->size() > kMostPacked)
        throw Error::usage(file + " is larger than a saved snapshot may be",
                           "a dump that was compressed as a whole: gunzip it first");
    text.resize(bytes->size());
    if (!bytes->read(text.data(), 0, text.size()))
        throw Error::usage(file + " cannot be read");
    return std::make_unique<SavedSource>(text, file);
}

}  // namespace wqctl
