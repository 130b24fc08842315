// SPDX-License-Identifier: GPL-2.0
#include "source/saved/saved.hh"

#include <ctime>
#include <map>

#include <fmt/core.h>

#include "source/decode.hh"
#include "source/saved/encode.hh"
#include "system/gzip.hh"
#include "text/error.hh"
#include "text/printable.hh"
#include "uapi/wqlab.h"

namespace wqctl {

namespace {

constexpr std::string_view kTitle = "wqctl snapshot ";
constexpr std::string_view kVersion = "1";
// Unpacked. Since 6.6 each workqueue has a pwq for each CPU that may be: with 3 000 of them 1 024 CPUs make 600 MB.
constexpr size_t kLargest = size_t{2} << 30;

std::string time_text(int64_t seconds)
{
    const time_t time = seconds;
    tm parts{};
    char text[40] = "";
    gmtime_r(&time, &parts);
    std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &parts);
    return text;
}

std::string_view take_line(std::string_view& text)
{
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

// What stands before the empty line.
std::map<std::string_view, std::string_view> take_lines(std::string_view& text)
{
    std::map<std::string_view, std::string_view> values;
    for (std::string_view line; !(line = take_line(text)).empty();)
        if (const size_t colon = line.find(": "); colon != std::string_view::npos)
            values[line.substr(0, colon)] = line.substr(colon + 2);
    return values;
}

}  // namespace

std::string save(const Info& info, const Snapshot& snapshot, const std::string& origin, int64_t taken)
{
    // What a dump says of its kernel may not be a line.
    std::string text = fmt::format("{}{}\nkernel: {}\ntaken: {}\nfrom: {}\n\n", kTitle, kVersion,
                                   one_line(info.release), time_text(taken), one_line(origin));
    text += encode(info, snapshot);
    std::string packed = text.size() > kLargest ? "" : gzip(text);
    if (packed.empty() || packed.size() > kMostPacked)
        throw Error(kBad, "the snapshot has more than a file of one may hold, 2 GiB, or 1 GiB when it is packed",
                    "wqctl dump --json writes what there is, of any size");
    return packed;
}

bool SavedSource::is_one(std::string_view bytes) { return is_gzip(bytes); }

SavedSource::SavedSource(std::string_view bytes, const std::string& name)
{
    const std::optional<std::string> plain = gunzip(bytes, kLargest);
    if (!plain)
        throw Error(kBad, name + " is damaged, cut short, or no saved snapshot",
                    "copy it anew from where it was saved; a dump that was compressed as a whole: gunzip it first");
    std::string_view rest = *plain;
    const std::string_view title = take_line(rest);
    if (!title.starts_with(kTitle))
        throw Error::usage(name + " is no snapshot that wqctl dump --save wrote",
                           "a dump that was compressed as a whole: gunzip it first");
    if (const std::string_view version = title.substr(kTitle.size()); version != kVersion)
        throw Error(
            kUnavailable,
            fmt::format("{} is a snapshot of version {}, and this wqctl knows version {}", name, version, kVersion),
            "use the wqctl that wrote it, or a newer one");
    const auto lines = take_lines(rest);
    const auto line = [&](std::string_view key) {
        const auto at = lines.find(key);
        return at == lines.end() ? std::string_view("?") : at->second;
    };
    origin_ = one_line(fmt::format("{}, taken {} from {}", name, line("taken"), line("from")));
    const Attributes answers(std::as_bytes(std::span(rest)));
    for (const Attribute& answer : answers.all()) {
        const Attributes inside(answer.payload);
        if (answer.type == WQLAB_CMD_INFO)
            info_ = decode_info(inside);
        if (answer.type == WQLAB_CMD_SNAPSHOT)
            decode_part(inside, snapshot_);
    }
}

Snapshot SavedSource::snapshot(uint32_t sections)
{
    Snapshot snapshot = snapshot_;
    snapshot.sections &= sections;
    return snapshot;
}

}  // namespace wqctl
