// SPDX-License-Identifier: GPL-2.0
#include "source/open.hh"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fmt/core.h>

#include "source/kcore/running_kernel.hh"
#include "source/read_source.hh"
#include "source/saved/saved.hh"
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
    std::ifstream stream(file, std::ios::binary);
    std::string bytes(2, '\0');
    if (!stream.read(bytes.data(), 2) && !stream.eof())
        throw Error::usage(fmt::format("{} cannot be read: {}", file, std::strerror(errno)),
                           "a source is module, kcore or a file");
    if (!SavedSource::is_one(bytes))
        return std::make_unique<ReadSource>(open_vmcore({file, flags.symbols, flags.btf}));
    if (flags.symbols || flags.btf)
        throw Error::usage(file + " is a saved snapshot, which needs neither --symbols nor --btf");
    bytes.append(std::istreambuf_iterator<char>(stream), {});
    return std::make_unique<SavedSource>(bytes, file);
}

}  // namespace wqctl
