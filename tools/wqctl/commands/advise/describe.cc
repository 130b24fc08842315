// SPDX-License-Identifier: GPL-2.0
// From what was listened to, to a profile. Pure: tests make figures up.
#include <algorithm>
#include <set>

#include "commands/advise/listen.hh"
#include "snapshot/worker_state.hh"
#include "snapshot/workqueue_labels.hh"

namespace wqctl {

namespace {

bool is_asleep(const wqlab_snap_worker& worker) { return worker_state(worker.flags) == WorkerState::kSleeping; }

// A worker's functions are called in looks as the recording calls them: without the module's name and the offset.
std::string function_name(const std::string& text) { return text.substr(0, text.find(' ')); }

// Pools in which ours are the only items that execute awake.
std::set<int32_t> pools_taken(const Snapshot& snapshot, uint32_t index)
{
    std::set<int32_t> ours, others;
    for (const wqlab_snap_worker& worker : snapshot.workers)
        if (worker.work && !is_asleep(worker))
            (worker.workqueue == index ? ours : others).insert(worker.pool);
    for (const int32_t pool : others)
        ours.erase(pool);
    return ours;
}

std::optional<double> dispersion_of(const std::vector<Glance>& looks)
{
    if (looks.size() < 3 || !looks.front().arrived || !looks.back().arrived)
        return {};
    const auto arrived = [&](size_t i) { return static_cast<double>(looks[i].arrived.value_or(0)); };
    const auto time = [&](size_t i) { return static_cast<double>(looks[i].time_ns); };
    const size_t last = looks.size() - 1;
    const double all = arrived(last) - arrived(0), long_ = time(last) - time(0);
    if (!(all > 0) || !(long_ > 0))
        return {};
    double squares = 0;
    for (size_t i = 1; i <= last; i++) {
        const double expected = all * (time(i) - time(i - 1)) / long_;
        const double off = arrived(i) - arrived(i - 1) - expected;
        squares += off * off;
    }
    return squares / all;
}

// Of the kernel's own count; 0 where it has none.
double started_per_s(const std::vector<Glance>& looks)
{
    if (looks.size() < 2 || !looks.front().arrived || !looks.back().arrived)
        return 0;
    const double ns = static_cast<double>(looks.back().time_ns - looks.front().time_ns);
    // A counter that was begun anew says nothing.
    if (!(ns > 0) || *looks.back().arrived < *looks.front().arrived)
        return 0;
    return static_cast<double>(*looks.back().arrived - *looks.front().arrived) * 1e9 / ns;
}

// What the recording had no room for is of the machine; how much of it is this one's, the kernel's count tells.
void add_lost(Profile& profile, const Listened& listened)
{
    profile.lost = listened.recording.lost_items + listened.recording.lost_keys;
    if (!profile.lost)
        return;
    auto all = static_cast<double>(profile.lost);
    for (const LatencyRow& row : listened.recording.rows)
        all += static_cast<double>(row.executed());
    profile.share_lost = static_cast<double>(profile.lost) / all;
    const double counted = started_per_s(listened.looks);
    profile.is_counted = counted > 0;
    if (const double recorded = profile.rate(); recorded > 0)
        profile.unrecorded = std::max(1.0, counted / recorded);
}

// What "events" has.
uint32_t default_max_active(const Snapshot& snapshot)
{
    for (const wqlab_snap_workqueue& wq : snapshot.workqueues)
        if (wq.symbol != WQLAB_NONE && snapshot.string(wq.name) == "events")
            return static_cast<uint32_t>(std::max(wq.max_active, 0));
    return 0;
}

unsigned least_under_way(const std::vector<Glance>& looks, const std::map<std::string, FunctionLoad>& functions)
{
    std::vector<unsigned> all;
    for (const Glance& look : looks)
        all.push_back(look.waiting + static_cast<unsigned>(std::count_if(
                                         look.executing.begin(), look.executing.end(),
                                         [&](const auto& one) { return !functions.at(one.function).run.empty(); })));
    if (all.empty())
        return 0;
    const auto at = all.begin() + static_cast<ptrdiff_t>(all.size() / 50);
    std::nth_element(all.begin(), at, all.end());
    return *at;
}

void add_victims(Profile& profile, const Listened& listened)
{
    std::map<Glance::Waiting, unsigned> looks;
    for (const Glance& look : listened.looks) {
        profile.hogging += !look.behind.empty();
        for (const Glance::Waiting& waiting : look.behind)
            looks[waiting]++;
    }
    for (const auto& [who, n] : looks) {
        Latency pending;
        for (const LatencyRow& row : listened.recording.rows)
            if (row.function == who.function && row.identity == who.identity)
                pending.merge(row.stages[WQLAB_STAGE_PENDING]);
        profile.victims.push_back({who.workqueue, who.function, n, pending.percentile(0.99)});
    }
    std::stable_sort(profile.victims.begin(), profile.victims.end(),
                     [](const Victim& a, const Victim& b) { return a.looks > b.looks; });
}

}  // namespace

Subject subject_of(const Snapshot& snapshot, uint32_t index)
{
    const wqlab_snap_workqueue& wq = *snapshot.workqueue(index);
    Subject subject;
    subject.name = WorkqueueLabels(snapshot)[index];
    subject.kernel_name = snapshot.string(wq.name);
    subject.symbol = wq.symbol == WQLAB_NONE ? "" : snapshot.string(wq.symbol);
    subject.identity = wq.identity;
    subject.flags = wq.flags & WQLAB_WQ_FLAGS_ALL;
    subject.max_active = static_cast<uint32_t>(std::max(wq.max_active, 0));
    if (const wqlab_snap_scope* scope = snapshot.scope(wq.scope); scope && subject.is_unbound())
        subject.scope = snapshot.string(scope->name);
    if (subject.scope == "default")
        if (const wqlab_snap_scope* scope = snapshot.default_scope())
            subject.scope = snapshot.string(scope->name);
    subject.strict = wq.flags & WQLAB_SNAP_WQ_STRICT;
    subject.nice = wq.nice;
    subject.in_sysfs = wq.flags & WQLAB_SNAP_WQ_IN_SYSFS;
    subject.default_max_active = default_max_active(snapshot);
    if (subject.is(WQLAB_WQ_UNBOUND) && snapshot.has_mask(wq.cpus))
        if (CpuList cpus = snapshot.cpus(wq.cpus); !cpus.empty() && cpus != snapshot.cpus(snapshot.head.possible_cpus))
            subject.cpumask = std::move(cpus);
    return subject;
}

std::optional<Glance> look_at(const Snapshot& snapshot, const TotalsSample& totals, uint64_t identity)
{
    const auto found = std::find_if(snapshot.workqueues.begin(), snapshot.workqueues.end(),
                                    [&](const auto& wq) { return wq.identity == identity; });
    if (found == snapshot.workqueues.end() || found->flags & WQLAB_SNAP_WQ_DESTROYING)
        return {};
    const uint32_t index = snapshot.index_of(*found);
    Glance look;
    look.time_ns = snapshot.head.time_ns;
    for (const wqlab_snap_worker& worker : snapshot.workers)
        if (worker.work && worker.workqueue == index)
            look.executing.push_back({function_name(snapshot.string(worker.function)), is_asleep(worker)});
    const std::set<int32_t> taken = pools_taken(snapshot, index);
    const WorkqueueLabels labels(snapshot);
    std::set<Glance::Waiting> behind;
    for (const wqlab_snap_work& work : snapshot.works) {
        if (work.is_barrier)
            continue;
        if (work.workqueue == index)
            look.waiting++;
        else if (work.state == WQLAB_WORK_PENDING && taken.contains(work.pool))
            if (const auto* other = snapshot.workqueue(work.workqueue))
                behind.insert({labels[work.workqueue], function_name(snapshot.string(work.function)), other->identity});
    }
    look.behind.assign(behind.begin(), behind.end());
    for (const WorkqueueTotals& one : totals.workqueues)
        if (one.identity == identity && one.counted)
            look.arrived = one.total[WQLAB_PWQ_STAT_STARTED] + look.waiting;
    return look;
}

Profile describe(const Subject& subject, const Listened& listened)
{
    Profile profile;
    profile.subject = subject;
    profile.elapsed_ns = listened.recording.elapsed_ns;
    profile.looks = static_cast<unsigned>(listened.looks.size());
    if (profile.looks > 1)
        profile.between_looks_ns = (listened.looks.back().time_ns - listened.looks.front().time_ns) /
                                   (profile.looks - 1);
    profile.probe_ns_per_item = listened.recording.ns_per_item();

    std::map<std::string, FunctionLoad> functions;
    for (const LatencyRow& row : listened.recording.rows) {
        if (row.identity != subject.identity)
            continue;
        const std::string name = function_name(row.function);
        FunctionLoad& function = functions[name];
        function.name = name;
        function.run.merge(row.stages[WQLAB_STAGE_RUN]);
        profile.run.merge(row.stages[WQLAB_STAGE_RUN]);
        profile.pending.merge(row.stages[WQLAB_STAGE_PENDING]);
        profile.inactive.merge(row.stages[WQLAB_STAGE_INACTIVE]);
        if (row.cpu)
            profile.ran_on[*row.cpu] += row.executed();
    }
    for (const Glance& look : listened.looks) {
        profile.peak = std::max(profile.peak, static_cast<unsigned>(look.executing.size()) + look.waiting);
        // One that ran through all of the listening has no row.
        for (const Glance::Executing& one : look.executing) {
            FunctionLoad& function = functions[one.function];
            function.name = one.function;
            function.seen++;
            function.asleep += one.asleep;
        }
    }
    profile.least = least_under_way(listened.looks, functions);
    for (auto& [name, function] : functions)
        profile.functions.push_back(std::move(function));
    std::stable_sort(profile.functions.begin(), profile.functions.end(),
                     [](const auto& a, const auto& b) { return a.run.count > b.run.count; });
    profile.dispersion = dispersion_of(listened.looks);
    add_lost(profile, listened);
    add_victims(profile, listened);
    return profile;
}

}  // namespace wqctl
