// SPDX-License-Identifier: GPL-2.0
#include "snapshot/totals.hh"

#include <algorithm>
#include <numeric>
#include <set>

#include "snapshot/workqueue_labels.hh"

namespace wqctl {

namespace {

void add(Counters& sum, const Counters& part)
{
    for (size_t i = 0; i < sum.size(); i++)
        sum[i] += part[i];
}

bool is_counted(const wqlab_snap_pwq& pwq) { return pwq.stats[WQLAB_PWQ_STAT_STARTED] != WQLAB_NEVER; }

Counters counters_of(const wqlab_snap_pwq& pwq)
{
    Counters counters{};
    if (!is_counted(pwq))
        return counters;
    std::copy(std::begin(pwq.stats), std::end(pwq.stats), counters.begin());
    return counters;
}

// A dead pwq's items have all completed, also those that had not when it was
// last seen.
Counters of_the_dead(Counters counters)
{
    counters[WQLAB_PWQ_STAT_COMPLETED] = counters[WQLAB_PWQ_STAT_STARTED];
    return counters;
}

// Of all counters only this one is always written under the pool's lock, so
// that it never falls while the pwq lives.
bool is_restarted(const Counters& before, const Counters& now)
{
    return now[WQLAB_PWQ_STAT_STARTED] < before[WQLAB_PWQ_STAT_STARTED];
}

std::vector<std::optional<uint64_t>> busy_workers(const Snapshot& snapshot)
{
    if (!snapshot.has(WQLAB_SECTION_WORK))
        return std::vector<std::optional<uint64_t>>(snapshot.workqueues.size());
    std::vector<std::optional<uint64_t>> busy(snapshot.workqueues.size(), 0);
    for (const wqlab_snap_worker& worker : snapshot.workers)
        if (worker.work && worker.workqueue < busy.size())
            ++*busy[worker.workqueue];
    return busy;
}

// The list of held back items is walked only for the section of work, and not
// beyond a limit. But for these and barriers, what is in flight is active.
uint64_t inactive_of(const Snapshot& snapshot, const wqlab_snap_pwq& pwq)
{
    const wqlab_snap_pool* pool = snapshot.pool(pwq.pool);
    if (snapshot.has(WQLAB_SECTION_WORK) && !(pool && pool->flags & WQLAB_POOL_PENDING_CUT))
        return pwq.nr_inactive;
    const int64_t in_flight = std::accumulate(std::begin(pwq.in_flight), std::end(pwq.in_flight), int64_t{0});
    return static_cast<uint64_t>(std::max<int64_t>(in_flight - pwq.nr_active, 0));
}

}  // namespace

uint64_t WorkqueueTotals::in_flight() const
{
    if (!counted)
        return busy.value_or(active);
    const uint64_t started = total[WQLAB_PWQ_STAT_STARTED];
    return started - std::min(started, total[WQLAB_PWQ_STAT_COMPLETED]);
}

uint64_t WorkqueueTotals::pending() const { return active - std::min(active, busy.value_or(in_flight())); }

std::optional<double> TotalsSample::per_second(uint64_t delta) const
{
    if (!interval_ns)
        return {};
    return static_cast<double>(delta) * 1e9 / static_cast<double>(interval_ns);
}

// A workqueue that took the address and the name of one that was destroyed.
bool Totals::is_another(const Record& record, const Snapshot& snapshot, const wqlab_snap_workqueue& workqueue)
{
    // The pwqs of the others live as long as they do.
    if (workqueue.flags & WQLAB_WQ_UNBOUND || workqueue.flags & WQLAB_SNAP_WQ_PWQS_CUT)
        return false;
    std::map<PwqKey, Counters> now;
    for (const wqlab_snap_pwq& pwq : snapshot.pwqs_of(workqueue))
        now[key_of(pwq)] = counters_of(pwq);
    return std::any_of(record.pwqs.begin(), record.pwqs.end(), [&](const auto& before) {
        const auto found = now.find(before.first);
        return found == now.end() ? snapshot.troubles.empty() : is_restarted(before.second, found->second);
    });
}

void Totals::count(Record& record, const Snapshot& snapshot, const wqlab_snap_workqueue& workqueue)
{
    std::set<PwqKey> present;
    for (const wqlab_snap_pwq& pwq : snapshot.pwqs_of(workqueue)) {
        present.insert(key_of(pwq));
        const Counters now = counters_of(pwq);
        Counters& before = record.pwqs[key_of(pwq)];
        if (is_restarted(before, now)) {
            add(record.gone, of_the_dead(before));
            before = now;
        }
        for (size_t i = 0; i < now.size(); i++)
            before[i] = std::max(before[i], now[i]);
    }
    const bool all_are_here = snapshot.troubles.empty() && !(workqueue.flags & WQLAB_SNAP_WQ_PWQS_CUT);
    for (auto it = record.pwqs.begin(); all_are_here && it != record.pwqs.end();) {
        if (present.contains(it->first)) {
            ++it;
            continue;
        }
        add(record.gone, of_the_dead(it->second));
        it = record.pwqs.erase(it);
    }
    record.total = record.gone;
    for (const auto& [key, counters] : record.pwqs)
        add(record.total, counters);
}

TotalsSample Totals::take(const Snapshot& snapshot)
{
    TotalsSample sample;
    sample.time_ns = snapshot.head.time_ns;
    if (last_ns_ && sample.time_ns > *last_ns_)
        sample.interval_ns = sample.time_ns - *last_ns_;
    const WorkqueueLabels labels(snapshot);
    const auto busy = busy_workers(snapshot);
    std::set<Key> present;
    size_t furthest = 0;
    for (size_t i = 0; i < snapshot.workqueues.size(); i++) {
        const wqlab_snap_workqueue& workqueue = snapshot.workqueues[i];
        WorkqueueTotals totals;
        totals.identity = workqueue.identity;
        totals.name = snapshot.string(workqueue.name);
        totals.symbol = workqueue.symbol != WQLAB_NONE ? snapshot.string(workqueue.symbol) : "";
        totals.label = labels[static_cast<uint32_t>(i)];
        totals.flags = workqueue.flags;
        totals.max_active = workqueue.max_active;
        totals.busy = busy[i];

        const Key key{totals.identity, totals.name};
        present.insert(key);
        auto [entry, is_new] = records_.try_emplace(key);
        Record& record = entry->second;
        // New ones go to the end of the kernel's list, so one that is now
        // behind others that it was before was made anew.
        if (!is_new && ((last_was_whole_ && record.position < furthest) || is_another(record, snapshot, workqueue))) {
            record = Record();
            is_new = true;
        }
        if (!is_new)
            furthest = std::max(furthest, record.position);
        const Counters before = record.total;
        count(record, snapshot, workqueue);
        totals.total = record.total;
        // What is new has done all that it did since the sample before.
        if (sample.interval_ns && (!is_new || last_was_whole_))
            for (size_t c = 0; c < before.size(); c++)
                totals.delta[c] = record.total[c] - before[c];
        for (const wqlab_snap_pwq& pwq : snapshot.pwqs_of(workqueue)) {
            totals.counted = is_counted(pwq);
            totals.active += static_cast<uint64_t>(std::max(pwq.nr_active, 0));
            totals.inactive += inactive_of(snapshot, pwq);
        }
        sample.workqueues.push_back(std::move(totals));
    }
    for (size_t i = 0; i < sample.workqueues.size(); i++)
        records_.at({sample.workqueues[i].identity, sample.workqueues[i].name}).position = i;
    last_was_whole_ = snapshot.troubles.empty();
    if (last_was_whole_)
        std::erase_if(records_, [&](const auto& record) { return !present.contains(record.first); });
    last_ns_ = sample.time_ns;
    return sample;
}

}  // namespace wqctl
