// SPDX-License-Identifier: GPL-2.0
#include <fmt/core.h>

#include "commands/doctor/log/case.hh"
#include "commands/doctor/log/render.hh"
#include "term/lines.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

std::string items_text(const std::vector<klog::Item>& items)
{
    std::string text;
    for (const klog::Item& item : items) {
        text += text.empty() ? "" : ", ";
        if (item.waiter)
            text += fmt::format("flush by {}", *item.waiter);
        else
            text += item.count > 1 ? fmt::format("{} of {}", item.count, item.function) : item.function;
    }
    return text;
}

std::string at(uint64_t line, const std::optional<Stamp>& time)
{
    return time && !time->is_date ? fmt::format("line {} ({:.6f} s)", line, time->seconds)
                                  : fmt::format("line {}", line);
}

std::string render_dump(const klog::Log& log, const klog::Dump& dump, const Style& style)
{
    std::string text = style.bold(fmt::format("dump at {}", at(dump.line, dump.time))) + "\n";
    for (const klog::Lockup& lockup : dump.lockups)
        text += fmt::format("  {} stuck for {}\n", name_of(-1, lockup.kind), seconds_text(lockup.seconds));
    const DumpCase of(log, dump);
    for (const klog::Workqueue& workqueue : dump.workqueues) {
        text += fmt::format("  {}{}\n",
                            workqueue.name.empty() ? "(a workqueue whose line is lacking)" : one_line(workqueue.name),
                            workqueue.flags ? fmt::format(", flags {:#x}", *workqueue.flags) : "");
        for (const klog::Pwq& pwq : workqueue.pwqs) {
            std::string counts = pwq.active ? fmt::format(", {} active", *pwq.active) : "";
            if (pwq.max_active)
                counts += fmt::format(" of {}", *pwq.max_active);
            text += fmt::format("    on {}{}{}\n", name_of(pwq.pool, pwq.kind), counts, pwq.mayday ? ", mayday" : "");
            for (const AtWork& item : of.at_work()) {
                if (item.pwq != &pwq)
                    continue;
                const Suspect who = suspect_of(item);
                std::string line = fmt::format(
                    "{} {}", item.worker->pid ? std::to_string(*item.worker->pid) : "softirq", who.doing);
                if (!item.worker->scheduled.empty())
                    line += "; behind it " + items_text(item.worker->scheduled);
                text += hanging(fmt::format("      executing  {}  ", item.worker->function), one_line(line),
                                style.width);
            }
            if (!pwq.pending.empty())
                text += hanging("      pending    ", one_line(items_text(pwq.pending)), style.width);
            if (!pwq.inactive.empty())
                text += hanging("      inactive   ", one_line(items_text(pwq.inactive)), style.width);
        }
    }
    for (const klog::Pool& pool : dump.pools) {
        text += fmt::format("  {}: ", name_of(pool.id, pool.kind));
        if (pool.workers)
            text += fmt::format("{} workers, {} idle", *pool.workers, pool.idle.size());
        if (pool.hung && *pool.hung)
            text += fmt::format(", no progress for {}", seconds_text(*pool.hung));
        if (pool.manager)
            text += fmt::format(", managed by {}", *pool.manager);
        text += "\n";
    }
    return text;
}

}  // namespace

std::string render_summary(const klog::Log& log, const std::vector<Finding>& findings)
{
    std::string text = fmt::format("{} lines, {} dump{} of workqueues, {}", log.lines, log.dumps.size(),
                                   log.dumps.size() == 1 ? "" : "s",
                                   findings.empty()       ? "nothing found wrong"
                                   : findings.size() == 1 ? "1 finding"
                                                          : fmt::format("{} findings", findings.size()));
    if (log.not_understood_count)
        text += fmt::format(", {} piece{} not understood (--verbose shows them)", log.not_understood_count,
                            log.not_understood_count == 1 ? "" : "s");
    return text + "\n";
}

std::string render_dumps(const klog::Log& log, const Style& style)
{
    std::string text;
    for (const klog::Dump& dump : log.dumps)
        text += render_dump(log, dump, style) + "\n";
    for (const auto& [line, what] : log.not_understood)
        text += hanging(fmt::format("not understood, line {}: ", line), one_line(what), style.width);
    return text;
}

}  // namespace wqctl
