// SPDX-License-Identifier: GPL-2.0
#include "snapshot/find_workqueue.hh"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "text/error.hh"
#include "text/names.hh"
#include "text/nearest.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

std::vector<uint32_t> matching(const Snapshot& snapshot, const auto& matches)
{
    std::vector<uint32_t> found;
    for (uint32_t i = 0; i < snapshot.workqueues.size(); i++)
        if (matches(snapshot.workqueues[i]))
            found.push_back(i);
    return found;
}

std::vector<uint32_t> named(const Snapshot& snapshot, std::string_view name)
{
    return matching(snapshot, [&](const auto& wq) { return snapshot.string(wq.name) == name; });
}

std::string full_name(const Snapshot& snapshot, const wqlab_snap_workqueue& workqueue)
{
    return fmt::format("{}@{:08x}", snapshot.string(workqueue.name), workqueue.identity);
}

// The name itself, or as it is shown.
bool is_name(const Snapshot& snapshot, const wqlab_snap_workqueue& workqueue, std::string_view name)
{
    const std::string& own = snapshot.string(workqueue.name);
    return own == name || printable(own) == name;
}

// "NAME@IDENTITY", or of a label "NAME #IDENTITY", though nobody shares the name any more.
std::vector<uint32_t> with_identity(const Snapshot& snapshot, std::string_view text, std::string_view separator)
{
    const size_t at = text.rfind(separator);
    if (at == std::string_view::npos)
        return {};
    const std::string_view name = text.substr(0, at), digits = text.substr(at + separator.size());
    uint64_t identity = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), identity, 16);
    if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size())
        return {};
    return matching(snapshot, [&](const auto& wq) { return wq.identity == identity && is_name(snapshot, wq, name); });
}

// "NAME (VARIABLE)", likewise.
std::vector<uint32_t> with_variable(const Snapshot& snapshot, std::string_view text)
{
    const size_t at = text.rfind(" (");
    if (at == std::string_view::npos || !text.ends_with(')'))
        return {};
    const std::string_view name = text.substr(0, at), variable = text.substr(at + 2, text.size() - at - 3);
    return matching(snapshot, [&](const auto& wq) {
        return wq.symbol != WQLAB_NONE && snapshot.string(wq.symbol) == variable && is_name(snapshot, wq, name);
    });
}

std::vector<std::string> every_name(const Snapshot& snapshot)
{
    std::vector<std::string> names;
    for (const auto& wq : snapshot.workqueues)
        for (const uint32_t name : {wq.name, wq.symbol})
            if (name != WQLAB_NONE)
                names.push_back(snapshot.string(name));
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

}  // namespace

std::string unique_name(const Snapshot& snapshot, const wqlab_snap_workqueue& workqueue)
{
    const std::string& name = snapshot.string(workqueue.name);
    if (named(snapshot, name).size() == 1)
        return name;
    return workqueue.symbol != WQLAB_NONE ? snapshot.string(workqueue.symbol) : full_name(snapshot, workqueue);
}

uint32_t find_workqueue(const Snapshot& snapshot, const std::string& text)
{
    std::vector<uint32_t> found = named(snapshot, text);
    if (found.empty())
        found = matching(snapshot, [&](const auto& wq) { return is_name(snapshot, wq, text); });
    if (found.size() > 1) {
        std::vector<std::string> names;
        for (const uint32_t index : found)
            names.push_back(unique_name(snapshot, snapshot.workqueues[index]));
        throw Error::usage(fmt::format("{} workqueues are called \"{}\"", found.size(), text),
                           fmt::format("say which: {}", enumerate(names, "or")));
    }
    if (found.empty())
        found = matching(snapshot,
                         [&](const auto& wq) { return wq.symbol != WQLAB_NONE && snapshot.string(wq.symbol) == text; });
    if (found.empty())
        found = with_identity(snapshot, text, "@");
    if (found.empty())
        found = with_identity(snapshot, text, " #");
    if (found.empty())
        found = with_variable(snapshot, text);
    if (found.empty())
        throw Error::usage(
            fmt::format("there is no workqueue \"{}\"{}", text, did_you_mean(text, every_name(snapshot))),
            "give a name, NAME@IDENTITY, or a system workqueue's variable such as system_unbound_wq");
    return found.front();
}

}  // namespace wqctl
