// SPDX-License-Identifier: GPL-2.0
// The messages that stand alone.
#include "text/scan.hh"
#include "klog/statement.hh"

namespace wqctl::klog {

bool parse_hog(std::string_view text, Hog& hog)
{
    Scan scan(text);
    scan.take("workqueue: ");
    std::string_view left = scan.left();
    const std::optional<std::string> function = take_function(left);
    Scan behind(left);
    if (!function || !behind.take(" hogged CPU for >"))
        return false;
    hog.function = *function;
    hog.microseconds = behind.number<uint64_t>().value_or(0);
    behind.take("us ");
    hog.times = behind.number<uint64_t>().value_or(0);
    return true;
}

bool parse_flush_dependency(std::string_view text, FlushDependency& dependency)
{
    constexpr std::string_view kMiddle = " is flushing !WQ_MEM_RECLAIM ";
    const size_t middle = text.find(kMiddle);
    if (middle == std::string_view::npos)
        return false;
    std::string_view waiter = text.substr(0, middle), flushed = text.substr(middle + kMiddle.size());
    if (const size_t at = waiter.find("PF_MEMALLOC task "); at != std::string_view::npos) {
        waiter.remove_prefix(at + 17);
        dependency.waiter_is_task = true;
    } else if (const size_t of = waiter.find("WQ_MEM_RECLAIM "); of != std::string_view::npos) {
        waiter.remove_prefix(of + 15);
    }
    dependency.waiter = waiter;
    dependency.flushed = flushed;
    return true;
}

bool parse_refused_freeze(std::string_view text, RefusedFreeze& freeze)
{
    Scan scan(text);
    if (!scan.take("Freezing "))
        return false;
    scan.take("of ");  // before 6.4
    const size_t end = scan.left().find(" failed after ");
    if (end == std::string_view::npos)
        return false;
    freeze.what = scan.left().substr(0, end);
    const size_t open = scan.left().find('(');
    if (open == std::string_view::npos)
        return false;
    scan.skip(open + 1);
    freeze.tasks = scan.number<uint64_t>().value_or(0);
    if (const size_t at = scan.left().find("wq_busy="); at != std::string_view::npos) {
        scan.skip(at + 8);
        freeze.is_workqueue_busy = scan.number<int>().value_or(0) != 0;
    }
    return true;
}

namespace {

// "kworker/0:1:123 …": the command may have colons.
bool take_task(std::string_view text, std::string& command, int& pid)
{
    for (size_t colon = text.rfind(':'); colon != std::string_view::npos && colon; colon = text.rfind(':', colon - 1)) {
        Scan scan(text.substr(colon + 1));
        const auto number = scan.number<int>();
        if (!number || (!scan.at_end() && scan.peek() != ' ' && scan.peek() != '.'))
            continue;
        command = text.substr(0, colon);
        pid = *number;
        return true;
    }
    return false;
}

}  // namespace

bool parse_hung_task(std::string_view text, HungTask& task)
{
    Scan scan(text);
    if (!scan.take("INFO: task "))
        return false;
    const size_t end = scan.left().find(" blocked ");
    if (end == std::string_view::npos)
        return false;
    if (!take_task(scan.left().substr(0, end), task.command, task.pid))
        return false;
    scan.skip(end);
    for (const std::string_view owned :
         {std::string_view("likely owned by task "), std::string_view("likely last held by task ")})
        if (const size_t at = scan.left().find(owned); at != std::string_view::npos)
            return take_task(scan.left().substr(at + owned.size()), task.owner, task.owner_pid);
    const size_t at = scan.left().find("more than ");
    if (at == std::string_view::npos)
        return false;  // "…, but the owner is not found."
    scan.skip(at + 10);
    task.seconds = scan.number<uint64_t>().value_or(0);
    return true;
}

bool parse_soft_lockup(std::string_view text, SoftLockup& lockup)
{
    constexpr std::string_view kCpu = "CPU#", kFor = "stuck for ";
    const size_t cpu = text.find(kCpu), bracket = text.rfind('[');
    if (cpu == std::string_view::npos || bracket == std::string_view::npos || bracket < cpu)
        return false;
    lockup.cpu = Scan(text.substr(cpu + kCpu.size())).number<int>().value_or(-1);
    if (const size_t at = text.find(kFor); at != std::string_view::npos)
        lockup.seconds = Scan(text.substr(at + kFor.size())).number<uint64_t>().value_or(0);
    std::string_view who = text.substr(bracket + 1);
    who = who.substr(0, who.find(']'));
    return lockup.cpu >= 0 && take_task(who, lockup.command, lockup.pid);
}

bool parse_unfinished(std::string_view text, Unfinished& unfinished)
{
    Scan scan(text);
    scan.take("workqueue: ");
    if (const size_t at = scan.left().find("() isn't complete after "); at != std::string_view::npos) {
        scan.take("workqueue ");
        const std::string_view front = scan.left().substr(0, scan.left().find("() isn't complete after "));
        const size_t colon = front.rfind(": ");
        if (colon == std::string_view::npos)
            return false;
        unfinished.workqueue = front.substr(0, colon);
        unfinished.call = front.substr(colon + 2);
        return true;
    }
    const size_t colon = scan.left().find(": ");
    const size_t end = scan.left().find(" has the following busy pwq");
    if (colon == std::string_view::npos || end == std::string_view::npos || colon + 2 > end)
        return false;
    unfinished.call = scan.left().substr(0, colon);
    unfinished.workqueue = scan.left().substr(colon + 2, end - colon - 2);
    return true;
}

}  // namespace wqctl::klog
