// SPDX-License-Identifier: GPL-2.0
#include "commands/advise/replay.hh"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "scenario/shape.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

constexpr const char* kLoad = "load";
constexpr const char* kBystander = "bystander";
constexpr const char* kHighpriBystander = "bystander-high";
constexpr double kBystanderRate = 400;       // on each CPU: a round has some hundred, and they are no load
constexpr uint64_t kBystanderSpin = 10'000;  // ns
constexpr uint64_t kNothing = 500;           // ns: a body so short is none; what is measured is the probes
constexpr size_t kMostFunctions = 4;         // the others go with the last of them
// A run has 64 issuers: of each place and function two, and two of each CPU that has bystanders.
constexpr size_t kMostPlaces = 5;  // with issuers of their own, where the CPUs' shares differ
constexpr size_t kMostBystanders = 12;
constexpr size_t kMostCpus = 16;     // with a thread each
constexpr double kSomeAsleep = 0.1;  // of a function's time, from which on some of its items sleep

uint32_t spin_limit(const Candidate& candidate)
{
    return candidate.is(WQLAB_WQ_BH) ? WQLAB_LIMIT_BH_SPIN_NS : WQLAB_LIMIT_SPIN_NS;
}

struct Place {
    CpuList cpus;
    double share = 1;  // of the arrivals
};

// Where they are queued: of a per-CPU workqueue where they run, of others that is not seen.
std::vector<Place> places_of(const Profile& profile, const Topology& topology)
{
    const CpuList all = replay_cpus(topology);
    if (profile.subject.is_unbound())
        return {{all, 1}};
    std::vector<Place> places;
    uint64_t items = 0;
    for (const auto& [cpu, n] : profile.ran_on)
        if (std::find(all.begin(), all.end(), cpu) != all.end() && n * 100 >= profile.items())
            items += n, places.push_back({{cpu}, static_cast<double>(n)});
    if (places.empty())
        return {{all, 1}};
    for (Place& place : places)
        place.share /= static_cast<double>(items);
    // About the same: one group of threads.
    const double even = 1.0 / static_cast<double>(places.size());
    if (std::all_of(places.begin(), places.end(),
                    [&](const Place& place) { return place.share > even / 2 && place.share < even * 1.5; })) {
        Place together;
        for (const Place& place : places)
            together.cpus.push_back(place.cpus.front());
        return {together};
    }
    // The hottest on their own, the others as one group.
    std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.share > b.share; });
    for (; places.size() > kMostPlaces; places.pop_back()) {
        Place& others = places[kMostPlaces - 1];
        others.share += places.back().share;
        others.cpus.push_back(places.back().cpus.front());
    }
    return places;
}

struct Part {
    Latency run;
    double asleep = 0;
    double share = 0;  // of the items
};

std::vector<Part> parts_of(const Profile& profile)
{
    std::vector<Part> parts;
    for (const FunctionLoad& function : profile.functions) {
        if (function.run.empty())
            continue;
        if (parts.size() < kMostFunctions)
            parts.push_back({});
        Part& part = parts.back();
        const double before = static_cast<double>(part.run.sum), now = static_cast<double>(function.run.sum);
        if (before + now > 0)
            part.asleep = (part.asleep * before + function.share_asleep() * now) / (before + now);
        part.run.merge(function.run);
        part.share += static_cast<double>(function.run.count) / static_cast<double>(profile.items());
    }
    // Who knows the items knows better.
    if (profile.told == Sleeps::kNever || profile.subject.is(WQLAB_WQ_BH))
        for (Part& part : parts)
            part.asleep = 0;
    return parts;
}

void set_body(IssuerSpec& issuer, const Part& part, bool sleeping, const Candidate& candidate)
{
    if (part.run.mean() < kNothing)
        return;
    issuer.body = sleeping ? WQLAB_BODY_SLEEP : WQLAB_BODY_SPIN;
    issuer.time = measured_times(part.run, sleeping ? WQLAB_LIMIT_SLEEP_NS : spin_limit(candidate));
}

// Of each place as many threads as it has CPUs.
IssuerSpec issuer_at(const Place& place)
{
    IssuerSpec issuer;
    issuer.workqueues = {kLoad};
    issuer.cpus = place.cpus;
    issuer.threads = static_cast<uint32_t>(std::min<size_t>(place.cpus.size(), kMostCpus));
    return issuer;
}

void set_arrivals(IssuerSpec& issuer, const Profile& profile, double rate)
{
    if (profile.arrival() == Arrival::kBursts) {
        // Bursts of all threads fall together, as they do where one event queues them all.
        const double each = std::max(1.0, profile.burst() * rate / profile.rate() / issuer.threads);
        issuer.mode = WQLAB_MODE_BURST;
        issuer.burst = static_cast<uint32_t>(std::lround(each));
        const double every = *issuer.burst * issuer.threads * 1e9 / rate;
        issuer.every = static_cast<uint64_t>(
            std::clamp(every, double{WQLAB_LIMIT_INTERVAL_MIN_NS}, double{WQLAB_LIMIT_INTERVAL_NS}));
        return;
    }
    issuer.mode = WQLAB_MODE_OPEN;
    issuer.rate = std::max(rate, 0.2 * issuer.threads);
    issuer.poisson = profile.arrival() == Arrival::kRandom;
}

void add_measured(Scenario& scenario, const Profile& profile, const Candidate& candidate, const Topology& topology)
{
    for (const Place& place : places_of(profile, topology))
        for (const Part& part : parts_of(profile)) {
            // An item either spins or sleeps here: of what does both, so many do the one.
            const double asleep = part.asleep < kSomeAsleep ? 0 : part.asleep > 1 - kSomeAsleep ? 1 : part.asleep;
            for (const bool sleeping : {false, true}) {
                const double share = sleeping ? asleep : 1 - asleep;
                if (!(share > 0))
                    continue;
                IssuerSpec issuer = issuer_at(place);
                set_body(issuer, part, sleeping, candidate);
                set_arrivals(issuer, profile, profile.rate() * place.share * part.share * share);
                scenario.issuers.push_back(std::move(issuer));
            }
        }
}

unsigned closed_threads(const ReplayPlan& plan, const Topology& topology)
{
    const double cpus = static_cast<double>(replay_cpus(topology).size());
    return std::max(1u, static_cast<unsigned>(std::min(cpus * plan.share, double{kMostCpus})));
}

double wanted_at_once(const Profile& profile)
{
    return std::max({1.0, std::ceil(profile.in_flight()), double(profile.burst()), double(profile.peak)});
}

bool mostly_sleeps(const Profile& profile)
{
    double asleep = 0;
    for (const Part& part : parts_of(profile))
        asleep += part.asleep * static_cast<double>(part.run.sum);
    return profile.run.sum && asleep > static_cast<double>(profile.run.sum) / 2;
}

// What spins keeps a CPU busy for each item that is under way, be it on what CPU it may.
bool is_limited_by_share(const Profile& profile, const ReplayPlan& plan)
{
    return plan.share < 1 && !mostly_sleeps(profile);
}

// As many as always were under way, each of which queues itself again, about where they were.
void add_loop(Scenario& scenario, const Profile& profile, const Candidate& candidate, const Topology& topology)
{
    unsigned left = profile.loop();
    double left_share = 1;
    for (const Place& place : places_of(profile, topology)) {
        const auto here = std::min(left, static_cast<unsigned>(std::lround(left * place.share / left_share)));
        left_share = std::max(left_share - place.share, 1e-9);
        if (!here)
            continue;
        left -= here;
        IssuerSpec issuer = issuer_at(place);
        issuer.threads = std::min(issuer.threads, here);
        issuer.depth = here / issuer.threads;
        issuer.mode = WQLAB_MODE_CHAIN;
        issuer.links = WQLAB_LIMIT_LINKS;
        set_body(issuer, {profile.run, 0, 1}, mostly_sleeps(profile), candidate);
        scenario.issuers.push_back(std::move(issuer));
    }
}

// As many as are wanted at once, again as soon as they are done.
void add_closed(Scenario& scenario, const Profile& profile, const Candidate& candidate, const ReplayPlan& plan,
                const Topology& topology)
{
    IssuerSpec issuer = issuer_at({replay_cpus(topology), 1});
    issuer.threads = closed_threads(plan, topology);
    issuer.depth = is_limited_by_share(profile, plan)
                       ? 1
                       : static_cast<uint32_t>(std::clamp(wanted_at_once(profile) / issuer.threads, 1.0, 64.0));
    set_body(issuer, {profile.run, 0, 1}, mostly_sleeps(profile), candidate);
    scenario.issuers.push_back(std::move(issuer));
}

// Where there are too many CPUs, those where most items ran.
CpuList bystander_cpus(const Profile& profile, const Topology& topology)
{
    CpuList cpus = replay_cpus(topology);
    const auto items = [&](uint32_t cpu) {
        const auto found = profile.ran_on.find(cpu);
        return found == profile.ran_on.end() ? 0 : found->second;
    };
    if (cpus.size() > kMostBystanders) {
        std::stable_sort(cpus.begin(), cpus.end(), [&](uint32_t a, uint32_t b) { return items(a) > items(b); });
        cpus.resize(kMostBystanders);
    }
    return cpus;
}

// Queued on each CPU from its neighbour: a CPU that is hogged may not let an issuer of its own come to queue anything,
// and then nobody would be seen to wait.
void add_bystander(Scenario& scenario, const char* workqueue, const CpuList& cpus)
{
    for (size_t i = 0; i < cpus.size(); i++) {
        IssuerSpec issuer;
        issuer.workqueues = {workqueue};
        issuer.cpus = CpuList{cpus[(i + 1) % cpus.size()]};
        if (cpus.size() > 1)
            issuer.queue_on = cpus[i];
        issuer.mode = WQLAB_MODE_OPEN;
        issuer.rate = kBystanderRate;
        issuer.poisson = true;
        issuer.body = WQLAB_BODY_SPIN;
        issuer.time.ns = kBystanderSpin;
        scenario.issuers.push_back(std::move(issuer));
    }
}

}  // namespace

TimeDist measured_times(const Latency& run, uint64_t most_ns)
{
    constexpr size_t kParts = WQLAB_LIMIT_QUANTILES - 1;
    const auto most = static_cast<double>(most_ns);
    std::vector<double> bounds;
    for (size_t i = 0; i < kParts; i++)
        bounds.push_back(std::min(run.quantile(static_cast<double>(i) / kParts), most));
    // The last bound is not the longest of all, to which few come near, but what gives them all their mean.
    double sum = -bounds.front() / 2;
    for (const double bound : bounds)
        sum += bound;
    const double last = 2 * (std::min(run.mean(), most) * kParts - sum);
    bounds.push_back(std::clamp(last, bounds.back(), most));
    TimeDist times;
    if (bounds[kParts - 1] <= bounds[1] * 1.1) {
        times.ns = static_cast<uint64_t>(std::min(run.quantile(0.5), most));
        return times;
    }
    times.kind = WQLAB_DIST_QUANTILES;
    for (const double bound : bounds)
        times.quantiles.push_back(static_cast<uint64_t>(bound));
    times.ns = times.quantiles.front();
    times.max_ns = times.quantiles.back();
    return times;
}

CpuList replay_cpus(const Topology& topology)
{
    CpuList cpus, all;
    for (const auto& [cpu, where] : topology.online) {
        all.push_back(cpu);
        if (std::find(topology.isolated.begin(), topology.isolated.end(), cpu) == topology.isolated.end())
            cpus.push_back(cpu);
    }
    return cpus.empty() ? all : cpus;
}

std::vector<std::string> limitations(const Profile& profile, const ReplayPlan& plan, const Topology& topology)
{
    std::vector<std::string> all;
    const CpuList cpus = replay_cpus(topology);
    if (cpus.size() < topology.online.size()) {
        uint64_t elsewhere = 0;
        for (const auto& [cpu, items] : profile.ran_on)
            if (std::find(cpus.begin(), cpus.end(), cpu) == cpus.end())
                elsewhere += items;
        all.push_back(fmt::format(
            "isolated CPUs are left alone: the replay queues on CPUs {}; {:.0f}% of the items "
            "ran on others",
            format_cpu_list(cpus),
            100.0 * static_cast<double>(elsewhere) / static_cast<double>(std::max<uint64_t>(1, profile.items()))));
    }
    if (plan.file)
        return all;
    for (const FunctionLoad& function : profile.functions)
        if (function.run.empty())
            all.push_back(fmt::format("none of {} was seen to end: it is counted, and not replayed", function.name));
    if (const unsigned loop = profile.loop())
        all.push_back(
            fmt::format("its items come when others have ended: they are replayed as {} queued again and again",
                        counted(loop, "item")));
    if (plan.goal == Goal::kThroughput && !profile.loop() && is_limited_by_share(profile, plan) &&
        wanted_at_once(profile) > closed_threads(plan, topology))
        all.push_back(
            fmt::format("--share {:.0f}% allows {} of its items at once, where up to {:.0f} are wanted: "
                        "how more of them fare together is not measured",
                        100 * plan.share, closed_threads(plan, topology), wanted_at_once(profile)));
    return all;
}

double expected_share(const Profile& profile, const ReplayPlan& plan, const Topology& topology)
{
    const auto cpus = static_cast<double>(replay_cpus(topology).size());
    if (plan.goal != Goal::kThroughput || plan.file || profile.loop())
        return profile.cpus_busy() / cpus;
    return mostly_sleeps(profile) ? std::min(1.0, profile.cpus_busy() / cpus) : closed_threads(plan, topology) / cpus;
}

void check_share(const Profile& profile, const ReplayPlan& plan, const Topology& topology)
{
    const double share = expected_share(profile, plan, topology);
    if (share <= plan.share)
        return;
    const bool as_fast_as_can_be = plan.goal == Goal::kThroughput && !plan.file && !profile.loop();
    throw Error(
        kBad,
        fmt::format("{} {:.0f}% of all CPUs: more than --share {:.0f}%",
                    as_fast_as_can_be ? "to replay it as fast as can be, with one thread, takes"
                                      : "a replay would take what its items take,",
                    share * 100, plan.share * 100),
        fmt::format("where the machine can bear it: --share {:.0f}%", std::min(100.0, std::ceil(share * 10) * 10)));
}

Scenario replay(const Profile& profile, const Candidate& candidate, const ReplayPlan& plan, const Topology& topology)
{
    Scenario scenario;
    scenario.workqueues.resize(kReplayRows);
    scenario.workqueues[kLoadRow] = candidate.spec;
    scenario.workqueues[kLoadRow].name = kLoad;
    scenario.workqueues[kBystanderRow].name = kBystander;
    scenario.workqueues[kHighpriBystanderRow].name = kHighpriBystander;
    scenario.workqueues[kHighpriBystanderRow].flags = WQLAB_WQ_HIGHPRI;
    if (plan.file) {
        scenario.issuers = plan.file->issuers;
        for (IssuerSpec& issuer : scenario.issuers)
            issuer.workqueues = {kLoad};
    } else if (profile.loop()) {
        add_loop(scenario, profile, candidate, topology);
    } else if (plan.goal == Goal::kThroughput) {
        add_closed(scenario, profile, candidate, plan, topology);
    } else {
        add_measured(scenario, profile, candidate, topology);
    }
    const CpuList cpus = bystander_cpus(profile, topology);
    add_bystander(scenario, kBystander, cpus);
    add_bystander(scenario, kHighpriBystander, cpus);
    return scenario;
}

}  // namespace wqctl
