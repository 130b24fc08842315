// SPDX-License-Identifier: GPL-2.0
// How a candidate is made, and what has to be so for it.
#include <algorithm>

#include <fmt/core.h>

#include "commands/advise/candidates.hh"
#include "text/cpu_list.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

// What writing files can't change.
constexpr uint32_t kOfTheCall = WQLAB_WQ_BH | WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED | WQLAB_WQ_HIGHPRI |
                                WQLAB_WQ_CPU_INTENSIVE;

// As it stands in a format of C: of a system workqueue, which nobody makes again, one that the reader chooses.
std::string call_name(const Subject& subject)
{
    if (!subject.symbol.empty())
        return "my_wq";
    std::string text;
    for (const char c : subject.kernel_name) {
        if (c == '"' || c == '\\')
            text += '\\';
        text += c == '%' ? "%%" : std::string(1, c);
    }
    return text;
}

// sysfs has no slash in a name.
std::string directory_name(const Subject& subject)
{
    std::string text = subject.symbol.empty() ? subject.kernel_name : "my_wq";
    std::replace(text.begin(), text.end(), '/', '!');
    return text;
}

}  // namespace

std::string call_for(const Subject& subject, const Candidate& candidate, const Info& info)
{
    uint32_t flags = candidate.spec.flags | (subject.flags & (WQLAB_WQ_MEM_RECLAIM | WQLAB_WQ_FREEZABLE));
    if (candidate.spec.wants_sysfs() || (subject.is_live && subject.in_sysfs))
        flags |= WQLAB_WQ_SYSFS;
    // A kernel that has it wants it of all that are not unbound, of BH workqueues, too.
    if (!candidate.is_unbound() && info.wq_flags & WQLAB_WQ_PERCPU)
        flags |= WQLAB_WQ_PERCPU;
    const std::string name = call_name(subject);
    const bool ordered = flags & WQLAB_WQ_ORDERED;
    if (ordered)
        flags &= ~uint32_t{WQLAB_WQ_ORDERED | WQLAB_WQ_UNBOUND};
    std::string words;
    for (const FlagName& flag : flag_names())
        if (flags & flag.flag)
            words += (words.empty() ? "" : " | ") + std::string(flag.kernel);
    if (words.empty())
        words = "0";
    if (ordered)
        return fmt::format("alloc_ordered_workqueue(\"{}\", {})", name, words);
    return fmt::format("alloc_workqueue(\"{}\", {}, {})", name, words, candidate.spec.max_active.value_or(0));
}

std::vector<FileValue> attributes_for(const Subject& subject, const Candidate& candidate)
{
    const std::string base = "/sys/devices/virtual/workqueue/" + directory_name(subject) + "/";
    std::vector<FileValue> files;
    if (candidate.spec.scope)
        files.push_back({base + "affinity_scope", *candidate.spec.scope});
    else if (candidate.is_unbound() && !subject.scope.empty() && subject.is_live && candidate.changes)
        files.push_back({base + "affinity_scope", "default"});
    // What the live one has already is not written again.
    if (is_settable(subject, candidate))
        return files;
    if (candidate.spec.strict)
        files.push_back({base + "affinity_strict", "1"});
    if (candidate.spec.nice)
        files.push_back({base + "nice", std::to_string(*candidate.spec.nice)});
    if (candidate.spec.cpumask)
        files.push_back({base + "cpumask", format_cpu_mask(*candidate.spec.cpumask)});
    return files;
}

bool is_settable(const Subject& subject, const Candidate& candidate)
{
    return subject.is_live && subject.in_sysfs && subject.is(WQLAB_WQ_UNBOUND) && !subject.is(WQLAB_WQ_ORDERED) &&
           (candidate.spec.flags & kOfTheCall) == (subject.flags & kOfTheCall) &&
           candidate.spec.max_active == subject.limit();
}

std::vector<std::string> conditions_for(const Profile& profile, const Candidate& candidate)
{
    const Subject& subject = profile.subject;
    std::vector<std::string> conditions;
    if (!subject.is_unbound() && candidate.is_unbound())
        conditions.push_back("its functions must not need to run on the CPU where they were queued");
    if (candidate.is(WQLAB_WQ_BH) && !subject.is(WQLAB_WQ_BH))
        conditions.push_back("its functions must never sleep: no mutex, no GFP_KERNEL");
    if (!candidate.is_unbound() && subject.is_unbound())
        conditions.push_back("its items then load the CPUs that queue them");
    if (subject.is(WQLAB_WQ_BH) && !candidate.is(WQLAB_WQ_BH))
        conditions.push_back("its functions, and the locks they take, must not rely on running in a softirq");
    if (subject.cpumask && !candidate.is_unbound())
        conditions.push_back("its items then run outside of its cpumask, on any CPU that queues them");
    if (candidate.is(WQLAB_WQ_HIGHPRI) && !subject.is(WQLAB_WQ_HIGHPRI) && !candidate.is(WQLAB_WQ_BH))
        conditions.push_back(
            "the machine's tasks can spare what it takes first, at nice -20: what they lose is not measured");
    // A softirq's, and of what is one at a time anyway, is no question.
    if (!subject.is_serial() && !candidate.is(WQLAB_WQ_BH)) {
        if (!subject.is_unbound() && candidate.is_unbound())
            conditions.push_back(
                "no more of its items than max_active may have to run at once: a limit of each CPU "
                "becomes one of the whole workqueue");
        if (subject.is_unbound() && !candidate.is_unbound())
            conditions.push_back(
                "as many as max_active of its items must be able to run at once on each CPU: it is "
                "no longer a limit of the whole workqueue");
        if (candidate.spec.max_active != subject.limit())
            conditions.push_back(candidate.spec.max_active
                                     ? fmt::format("{} of its items must be able to run at once, where {} are now",
                                                   *candidate.spec.max_active, subject.max_active)
                                     : fmt::format("any number of its items must be able to run at once: max_active "
                                                   "{} is no longer the limit",
                                                   subject.max_active));
    }
    if (candidate.changes && !subject.symbol.empty())
        conditions.push_back(
            fmt::format("this is for a workqueue of your own: {} has many users, whose mix was "
                        "measured, and stays as it is",
                        subject.symbol));
    return conditions;
}

}  // namespace wqctl
