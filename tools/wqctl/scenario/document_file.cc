// SPDX-License-Identifier: GPL-2.0
#include "scenario/document_file.hh"

#include <array>
#include <fstream>

#include <fmt/core.h>

#include "system/gzip.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

// Of monitor's samples, 60 workqueues each, that is three hours.
constexpr size_t kMost = size_t{256} << 20;

}  // namespace

std::string read_document_file(const std::string& path)
{
    std::ifstream stream(path, std::ios::binary);
    // Opening a directory succeeds; reading it does not.
    stream.peek();
    if (!stream.is_open() || stream.bad())
        throw Error::usage(fmt::format("cannot read the document \"{}\"", path));
    std::string text;
    std::array<char, 1 << 16> part;
    while (stream.read(part.data(), part.size()), stream.gcount() > 0) {
        text.append(part.data(), static_cast<size_t>(stream.gcount()));
        if (text.size() > kMost)
            throw Error::usage(fmt::format("{}: has more than 256 MiB", path),
                               "give fewer samples: monitor --interval, or some of its lines");
    }
    if (is_gzip(text)) {
        auto unpacked = gunzip(text, kMost);
        if (!unpacked)
            throw Error::usage(fmt::format("{}: what gzip packed is damaged, cut short, or larger than 256 MiB", path));
        text = std::move(*unpacked);
    }
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
        throw Error::usage(fmt::format("{}: is empty; give it what a command of wqctl prints with --json", path));
    return text;
}

}  // namespace wqctl
