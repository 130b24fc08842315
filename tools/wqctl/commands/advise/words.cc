// SPDX-License-Identifier: GPL-2.0
// A load in sentences.
#include <algorithm>

#include <fmt/core.h>

#include "commands/advise/advised.hh"
#include "report/measure.hh"
#include "snapshot/names.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

constexpr size_t kMostNamed = 3;

std::string time(double ns, Charset charset) { return human_time(static_cast<uint64_t>(std::max(0.0, ns)), charset); }

std::string quantiles(const Latency& times, Charset charset)
{
    return fmt::format("p50 {}, p99 {}, longest {}", time(times.quantile(0.5), charset),
                       time(times.quantile(0.99), charset), human_time(times.max, charset));
}

std::string kind(const Profile& profile)
{
    const Subject& subject = profile.subject;
    std::string text(wq_type_name(subject.flags));
    for (const std::string_view word : wq_further_words(subject.flags))
        text += " " + std::string(word);
    if (!subject.scope.empty())
        text += fmt::format(", scope {}{}", subject.scope, subject.strict ? " strict" : "");
    if (subject.cpumask)
        text += fmt::format(", cpumask {}", format_cpu_list(*subject.cpumask));
    if (!subject.is(WQLAB_WQ_BH))
        text += fmt::format(", max_active {}", subject.max_active);
    if (!subject.symbol.empty())
        text += fmt::format(", the kernel's {}", subject.symbol);
    return text;
}

std::string arrivals(const Profile& profile)
{
    std::string text = fmt::format("{} items/s", human_count(profile.rate()));
    if (const unsigned loop = profile.loop())
        return text + fmt::format(
                          ", one as soon as another has ended: {} always under way, as of items that queue "
                          "themselves",
                          loop);
    if (!profile.dispersion)
        return text + "; how they come is not known: this kernel does not count them";
    switch (profile.arrival()) {
    case Arrival::kEven: text += ", evenly"; break;
    case Arrival::kRandom: text += ", as by chance"; break;
    case Arrival::kLoop: break;
    case Arrival::kBursts: text += fmt::format(", in bursts of about {}", profile.burst()); break;
    }
    return text + fmt::format(" (dispersion {:.1f} of 1 by chance, in windows of {})", *profile.dispersion,
                              human_time(profile.between_looks_ns, Charset::kAscii));
}

std::string sleeping(const FunctionLoad& function, const Profile& profile)
{
    if (profile.subject.is(WQLAB_WQ_BH))
        return "in a softirq";
    switch (function.sleeps()) {
    case Sleeps::kSometimes: return fmt::format("asleep {:.0f}% of that", 100 * function.share_asleep());
    case Sleeps::kNever: return fmt::format("never seen asleep in {} looks", function.seen);
    case Sleeps::kUnknown: break;
    }
    return fmt::format("asleep or not: seen too seldom to tell ({} looks)", function.seen);
}

std::string functions(const Profile& profile, Charset charset)
{
    std::string text;
    for (size_t i = 0; i < profile.functions.size() && i < kMostNamed; i++) {
        const FunctionLoad& one = profile.functions[i];
        text += i ? "; " : "";
        if (profile.functions.size() > 1)
            text += fmt::format("{:.0f}% {}: ",
                                100.0 * static_cast<double>(one.run.count) /
                                    static_cast<double>(std::max<uint64_t>(1, profile.items())),
                                one_line(one.name));
        text += (one.run.empty() ? "executing, and none seen to end" : quantiles(one.run, charset)) + ", " +
                sleeping(one, profile);
    }
    if (profile.functions.size() > kMostNamed)
        text += fmt::format("; and {} functions more", profile.functions.size() - kMostNamed);
    return text;
}

std::string places(const Profile& profile)
{
    if (profile.subject.is_unbound())
        return "from where is not seen of an unbound workqueue; its items ran on " +
               counted(profile.ran_on.size(), "CPU");
    std::vector<std::pair<uint64_t, uint32_t>> most;
    for (const auto& [cpu, items] : profile.ran_on)
        most.emplace_back(items, cpu);
    std::stable_sort(most.begin(), most.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::string text = most.size() > 1 ? "on CPUs" : "on CPU";
    for (size_t i = 0; i < most.size() && i < 8; i++)
        text += fmt::format("{} {} ({:.0f}%)", i ? "," : "", most[i].second,
                            100.0 * static_cast<double>(most[i].first) / static_cast<double>(profile.items()));
    return most.size() > 8 ? text + fmt::format(" and {} more", most.size() - 8) : text;
}

std::string waits(const Profile& profile, Charset charset)
{
    if (profile.pending.empty())
        return "none of those that executed was seen to be queued";
    std::string text = quantiles(profile.pending, charset) + " for a worker; ";
    if (profile.inactive.max < 1000)
        return text + "max_active held none back";
    text += fmt::format("held back by max_active {}", quantiles(profile.inactive, charset));
    return text;
}

std::string hogging(const Profile& profile, Charset charset)
{
    if (profile.victims.empty())
        return "nobody was seen waiting behind it";
    std::string text;
    for (size_t i = 0; i < profile.victims.size() && i < kMostNamed; i++) {
        const Victim& one = profile.victims[i];
        text += fmt::format("{}{} of {} waited behind it at {} of {} looks", i ? "; " : "", one_line(one.function),
                            one_line(one.workqueue), one.looks, profile.looks);
        if (one.pending_p99)
            text += fmt::format(" (p99 of its waits {})", human_time(one.pending_p99, charset));
    }
    if (profile.victims.size() > kMostNamed)
        text += fmt::format("; and {} more", profile.victims.size() - kMostNamed);
    return text;
}

}  // namespace

std::vector<Sentence> describe(const Profile& profile, Charset charset)
{
    return {
        {"is", kind(profile)},
        {"arrivals", arrivals(profile)},
        {"run", functions(profile, charset)},
        {"wants", fmt::format("{:.2f} items at once on average and {} at most seen, {:.2f} CPUs busy",
                              profile.in_flight(), profile.peak, profile.cpus_busy())},
        {"queued", places(profile)},
        {"waits", waits(profile, charset)},
        {"hogs", hogging(profile, charset)},
    };
}

std::string announcement(const Advised& advised, Charset charset)
{
    return fmt::format(
        "{} candidates are replayed on workqueues of our own, {} at most in all{}, taking about {:.0f}% of {} CPUs "
        "(limit {:.0f}%), queued by threads on CPUs {}; two bystanders, one of them highpri, have 400 items of 10us a "
        "second each on each of these",
        advised.candidates.tried.size(), human_time(advised.plan.budget_ns, charset),
        advised.plan.rounds ? fmt::format(" or {} rounds of each", *advised.plan.rounds) : "",
        100 * advised.expected_share, parse_cpu_list(advised.replay_cpus).size(), 100 * advised.plan.share,
        advised.replay_cpus);
}

}  // namespace wqctl
