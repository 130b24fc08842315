// SPDX-License-Identifier: GPL-2.0
#include "commands/explain/bench.hh"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/core.h>

#include "scenario/encode.hh"
#include "commands/explain/judge.hh"
#include "report/wq_sysfs.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(30);
constexpr unsigned kFirstPauseMs = 2;
constexpr unsigned kLongestPauseMs = 50;
constexpr uint64_t kSleepNs = 60'000'000'000;      // a flush waits no longer, by the module's limits
constexpr uint64_t kForeverNs = 3600'000'000'000;  // until it is stopped

}  // namespace

Bench::Bench(Lab& lab, Source& source, Pause pause) : runs_(lab), source_(source), pause_(std::move(pause))
{
    for (const View& view : source.info().views)
        if (!view.lacks.empty())
            sections_ &= ~view.section;
}

Snapshot Bench::look()
{
    constexpr int kAttempts = 5;  // on a busy machine some list may be too long just now
    Snapshot snapshot;
    for (int attempt = 0; attempt < kAttempts; attempt++) {
        snapshot = source_.snapshot(sections_);
        if (snapshot.troubles.empty())
            return snapshot;
        pause(kLongestPauseMs);
    }
    throw Error(kBad, fmt::format("a snapshot is not whole: {}", snapshot.troubles.front()));
}

Snapshot Bench::await(const std::function<bool(const Snapshot&)>& condition)
{
    Snapshot snapshot;
    await_that([&] {
        snapshot = look();
        return condition(snapshot);
    });
    return snapshot;
}

void Bench::await_that(const std::function<bool()>& condition)
{
    const auto end = Clock::now() + kPatience;
    for (unsigned ms = kFirstPauseMs; !condition() && Clock::now() < end; ms = std::min(2 * ms, kLongestPauseMs))
        pause(ms);
}

KeptValue Bench::change(const std::string& path, const std::string& value)
{
    try {
        return KeptValue(path, value);
    } catch (const Error& error) {
        throw Skip{error.message};
    }
}

int Bench::private_nice()
{
    if (const auto nice = unused_nice(look()))
        return *nice;
    throw Skip{"there is an unbound pool of every nice value already"};
}

Load::Load(Bench& bench, std::vector<WorkqueueSpec> workqueues, std::vector<IssuerSpec> issuers, uint64_t items)
    : bench_(bench), workqueues_(std::move(workqueues))
{
    Scenario scenario;
    scenario.workqueues = workqueues_;
    scenario.issuers = std::move(issuers);
    if (scenario.issuers.empty()) {
        IssuerSpec nobody;
        nobody.workqueues = {workqueues_.front().name};
        scenario.issuers.push_back(nobody);
    }
    if (items)
        scenario.items = items;
    else
        scenario.duration = kForeverNs;
    Message request = encode_run(resolve(scenario), {"explain", false});
    id_ = bench_.runs().start(request).id;
    running_ = true;
    try {
        for (size_t i = 0; i < workqueues_.size(); i++)
            if (workqueues_[i].wants_sysfs())
                write_attributes(workqueues_[i], name(i));
    } catch (...) {
        end();
        throw;
    }
}

Load::~Load() { end(); }

// Never throws: it may be the way out of an experiment that was broken off.
void Load::end()
{
    if (!running_)
        return;
    running_ = false;
    try {
        bench_.runs().stop(id_);
    } catch (const Error&) {
        // It has ended by itself.
    }
    try {
        while (!bench_.runs().state(id_).ended())
            std::this_thread::sleep_for(std::chrono::milliseconds(kFirstPauseMs));
        bench_.runs().forget(id_);
    } catch (const Error&) {
        // The socket's end will do it.
    }
}

void Load::start() { bench_.runs().release(id_); }

RunReport Load::stop()
{
    bench_.runs().stop(id_);
    return collect();
}

RunReport Load::finish() { return collect(); }

RunReport Load::collect()
{
    bench_.await_that([this] { return bench_.runs().state(id_).ended(); });
    if (!bench_.runs().state(id_).ended())
        throw Error(kBad, fmt::format("the items of {} do not end", name()));
    RunReport report = bench_.runs().report(id_);
    running_ = false;
    bench_.runs().forget(id_);
    return report;
}

std::string Load::name(size_t workqueue) const { return fmt::format("wqlab{}-{}", id_, workqueues_[workqueue].name); }

uint32_t Load::in(const Snapshot& snapshot, size_t workqueue) const
{
    if (const auto index = find_workqueue(snapshot, name(workqueue)))
        return *index;
    throw Error(kBad, fmt::format("the workqueue {} is not in the snapshot", name(workqueue)));
}

WorkqueueSpec own(std::string name, uint32_t flags)
{
    WorkqueueSpec spec;
    spec.name = std::move(name);
    spec.flags = flags;
    return spec;
}

WorkqueueSpec unbound(std::string name, int nice, std::string scope, uint32_t flags)
{
    WorkqueueSpec spec = own(std::move(name), flags | WQLAB_WQ_UNBOUND);
    spec.nice = nice;
    spec.scope = std::move(scope);
    return spec;
}

IssuerSpec sleepers(std::string workqueue, uint32_t depth, CpuList cpus)
{
    IssuerSpec spec = spinners(std::move(workqueue), depth, std::move(cpus), kSleepNs);
    spec.body = WQLAB_BODY_SLEEP;
    return spec;
}

IssuerSpec spinners(std::string workqueue, uint32_t depth, CpuList cpus, uint64_t ns)
{
    IssuerSpec spec;
    spec.workqueues = {std::move(workqueue)};
    spec.threads = static_cast<uint32_t>(cpus.size());
    spec.cpus = std::move(cpus);
    spec.depth = depth;
    spec.body = WQLAB_BODY_SPIN;
    spec.time.ns = ns;
    return spec;
}

}  // namespace wqctl
