// SPDX-License-Identifier: GPL-2.0
#include "commands/trace/out_file.hh"

#include <cerrno>
#include <cstring>

#include <fmt/core.h>

#include "term/output.hh"
#include "text/error.hh"

namespace wqctl {

OutFile::OutFile(const std::optional<std::string>& path, Output& output) : output_(output)
{
    if (!path || *path == "-")
        return;
    path_ = *path;
    file_.reset(std::fopen(path_.c_str(), "wbe"));
    if (!file_)
        throw Error::usage(fmt::format("-o {}: cannot be written: {}", path_, std::strerror(errno)));
    // Whole packets come in large pieces.
    std::setvbuf(file_.get(), nullptr, _IONBF, 0);
}

void OutFile::fail() const
{
    throw Error(kBad, fmt::format("{}: {}", path_, std::strerror(errno)),
                "wqctl trace show reads it to the last whole packet");
}

void OutFile::write(std::string_view bytes)
{
    if (!file_)
        output_.text(bytes);
    else if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) < bytes.size())
        fail();
}

void OutFile::finish()
{
    if (file_ && std::fclose(file_.release()) != 0)
        fail();
}

}  // namespace wqctl
