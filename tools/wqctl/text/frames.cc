// SPDX-License-Identifier: GPL-2.0
#include "text/frames.hh"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include <cxxabi.h>

#include "text/scan.hh"

namespace wqctl {

namespace {

constexpr std::array<std::string_view, 14> kOfScheduler = {"__schedule",
                                                           "__schedule_loop",
                                                           "schedule",
                                                           "__switch_to",
                                                           "schedule_timeout",
                                                           "io_schedule",
                                                           "io_schedule_timeout",
                                                           "context_switch",
                                                           "preempt_schedule",
                                                           "schedule_preempt_disabled",
                                                           "preempt_schedule_common",
                                                           "preempt_schedule_irq",
                                                           "__cond_resched",
                                                           "schedule_hrtimeout_range"};
constexpr std::array<std::string_view, 4> kOfWorker = {"process_one_work", "process_scheduled_works", "worker_thread",
                                                       "rescuer_thread"};

bool is_one_of(const auto& names, std::string_view function)
{
    return std::ranges::find(names, bare_function(function)) != names.end();
}

auto item_end(const Frames& frames) { return std::ranges::find_if(frames, is_of_worker); }

}  // namespace

bool is_of_worker(std::string_view frame) { return is_one_of(kOfWorker, frame); }

std::string_view bare_function(std::string_view function) { return function.substr(0, function.find_first_of(".[ ")); }

std::optional<std::string> take_function(std::string_view& text)
{
    Scan scan(text);
    const std::string_view name = scan.until_not(kOfFunctions);
    if (name.empty())
        return {};
    std::string function(name);
    // "func+0x12/0x34" of a kernel that prints more.
    if (scan.peek() == '+' && scan.peek(1) == '0')
        scan.until_not("+x/0123456789abcdef");
    Scan module = scan;
    module.skip_spaces();
    if (module.take("[")) {
        const std::string_view inside = module.until("] ,");
        // "[mod 0a1b2c…]": with the module's build id
        if (module.peek() == ' ' &&
            module.left().substr(0, module.left().find(']')).find_first_not_of(" 0123456789abcdef") ==
                std::string_view::npos)
            module.until("]");
        if (!inside.empty() && inside != "inline" && module.take("]")) {
            function.append(" [").append(inside).append("]");
            scan = module;
        }
    }
    text = scan.left();
    return function;
}

namespace {

// "[<ffffffff81000000>]" of old kernels, "[<0>]" of /proc, "[c000000012345678]" of powerpc, "([<…>]" of s390
void skip_addresses(Scan& scan)
{
    scan.skip_spaces();
    if (scan.peek() == '(' && scan.peek(1) == '[')
        scan.skip(1);
    for (; scan.peek() == '['; scan.skip_spaces()) {
        const std::string_view address = scan.left().substr(1, scan.left().find(']') - 1);
        if (address.find_first_not_of("<>0123456789abcdef") != std::string_view::npos)
            return;
        scan.skip(address.size() + 2);
    }
}

// "file.c:123", perhaps behind a directory: a tool has looked the address up.
bool is_source(std::string_view word)
{
    const size_t colon = word.rfind(':');
    if (colon == std::string_view::npos || colon + 1 == word.size() || word[colon + 1] < '0' || word[colon + 1] > '9')
        return false;
    const std::string_view file = word.substr(0, colon);
    return file.ends_with(".c") || file.ends_with(".h") || file.ends_with(".S") || file.ends_with(".rs");
}

// Whether what is behind a function's name makes a frame of it.
bool is_behind_a_frame(std::string_view text)
{
    if (text.starts_with("+0x"))
        return text.find("/0x") != std::string_view::npos;
    Scan scan(text);
    if (scan.peek() == ')')  // arm: "(func) from [<…>] (caller+0x12/0x34)"
        scan.skip(1);
    if (scan.peek() != ' ')
        return false;
    scan.skip_spaces();
    if (scan.peek() == '[') {
        scan.until("]");
        scan.skip(1);
        if (scan.peek() == ')')
            scan.skip(1);
        scan.skip_spaces();
    }
    if (scan.take("from "))
        return scan.peek() == '[' || scan.left().find("+0x") != std::string_view::npos;
    scan.take("(");
    return is_source(scan.until(" )"));
}

}  // namespace

std::optional<std::string> function_of_frame(std::string_view text)
{
    Scan scan(text);
    skip_addresses(scan);
    const bool is_unsure = scan.take("? ");
    if (scan.peek() == '(')
        scan.skip(1);
    std::string_view left = scan.left();
    if (!is_behind_a_frame(left.substr(std::min(left.find_first_not_of(kOfFunctions), left.size()))))
        return {};
    const std::optional<std::string> function = take_function(left);
    return is_unsure ? "" : function;
}

std::string shown_function(const std::string& function)
{
    if (!function.starts_with("_Z"))
        return function;
    const size_t end = function.find_first_of(". ");
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> plain(
        abi::__cxa_demangle(function.substr(0, end).c_str(), nullptr, nullptr, &status), &std::free);
    if (!plain)
        return function;
    const std::string_view name = plain.get();
    return std::string(name.substr(0, name.find('('))) + (end == std::string::npos ? "" : function.substr(end));
}

std::string place_of(const Frames& frames)
{
    const auto place = std::ranges::find_if(frames,
                                            [](const std::string& frame) { return !is_one_of(kOfScheduler, frame); });
    return place == frames.end() ? "" : *place;
}

bool is_at_an_item(const Frames& frames)
{
    const auto end = item_end(frames);
    return end == frames.end() || bare_function(*end).starts_with("process_");
}

std::string path_text(const Frames& frames, Charset charset)
{
    std::string text;
    for (auto frame = frames.begin(); frame != item_end(frames); ++frame) {
        if (text.empty() && is_one_of(kOfScheduler, *frame))
            continue;
        text += (text.empty() ? "" : charset == Charset::kUtf8 ? " \u2190 " : " <- ") + shown_function(*frame);
    }
    return text;
}

}  // namespace wqctl
