// SPDX-License-Identifier: GPL-2.0
#include "text/frames.hh"

#include <algorithm>
#include <array>

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
// What every worker has behind its item.
constexpr std::array<std::string_view, 3> kOfWorker = {"process_one_work", "process_scheduled_works", "worker_thread"};

bool is_one_of(const auto& names, std::string_view function)
{
    return std::ranges::find(names, bare_function(function)) != names.end();
}

auto item_end(const Frames& frames)
{
    return std::ranges::find_if(frames, [](const std::string& frame) {
        return is_one_of(kOfWorker, frame) || bare_function(frame) == "rescuer_thread";
    });
}

}  // namespace

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
        if (!inside.empty() && module.take("]")) {
            function.append(" [").append(inside).append("]");
            scan = module;
        }
    }
    text = scan.left();
    return function;
}

std::optional<std::string> function_of_frame(std::string_view text)
{
    // "[<ffffffff81000000>]" of old kernels, "[<0>]" of /proc, "[c000000012345678]" of powerpc
    Scan scan(text);
    for (scan.skip_spaces(); scan.peek() == '['; scan.skip_spaces()) {
        const std::string_view address = scan.left().substr(1, scan.left().find(']') - 1);
        if (address.find_first_not_of("<>0123456789abcdef") != std::string_view::npos)
            break;
        scan.skip(address.size() + 2);
    }
    const bool is_unsure = scan.take("? ");
    std::string_view left = scan.left();
    const size_t plus = left.find("+0x");
    if (plus == std::string_view::npos || plus == 0 || left.substr(0, plus).find(' ') != std::string_view::npos ||
        left.find("/0x", plus) == std::string_view::npos)
        return {};
    const std::optional<std::string> function = take_function(left);
    return is_unsure ? "" : function;
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
        text += (text.empty() ? "" : charset == Charset::kUtf8 ? " \u2190 " : " <- ") + *frame;
    }
    return text;
}

}  // namespace wqctl
