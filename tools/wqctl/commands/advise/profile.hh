// SPDX-License-Identifier: GPL-2.0
// A workqueue's load as it was measured: how much comes and when, what its items do, how they fare, and who waits for
// them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stats/latency.hh"
#include "text/cpu_list.hh"
#include "uapi/wqlab.h"

namespace wqctl {

// What may be known of the workqueue without listening.
struct Subject {
    std::string name;         // to be found again
    std::string kernel_name;  // of its files
    std::string symbol;       // of a system workqueue; "": it is none
    uint64_t identity = 0;
    uint32_t flags = 0;  // enum wqlab_wq_flag
    uint32_t max_active = 0;
    uint32_t default_max_active = 0;  // this kernel's; 0: not known
    std::string scope;                // of an unbound one, "" where there are none
    bool strict = false;
    int nice = 0;
    std::optional<CpuList> cpumask;  // of an unbound one that may not run everywhere
    bool in_sysfs = false;
    bool is_live = true;  // somebody else's; false: of a run of ours

    bool is(uint32_t flag) const { return flags & flag; }
    bool is_unbound() const { return is(WQLAB_WQ_UNBOUND) || is(WQLAB_WQ_ORDERED); }
    bool is_percpu() const { return !is_unbound() && !is(WQLAB_WQ_BH); }
    // One item at a time: of the whole workqueue, or of each CPU, as in its softirq.
    bool is_serial() const { return is(WQLAB_WQ_ORDERED) || is(WQLAB_WQ_BH) || max_active == 1; }
    // As alloc_workqueue() takes it; nothing: the default.
    std::optional<uint32_t> limit() const;
};

enum class Sleeps { kNever, kSometimes, kUnknown };
// kLoop: each as soon as another has ended.
enum class Arrival { kEven, kRandom, kBursts, kLoop };

// The items of one function.
struct FunctionLoad {
    std::string name;
    Latency run;          // empty: none of its items that were seen ended
    unsigned seen = 0;    // executing, in all looks together
    unsigned asleep = 0;  // of these, with a worker that slept

    Sleeps sleeps() const;
    // Of its run time; 0 where it is not known.
    double share_asleep() const { return seen ? static_cast<double>(asleep) / seen : 0; }
    // Items at once, on average, of a function none of whose items ended.
    double unended(unsigned looks) const;
};

// Items of others that waited in a pool for a worker while items of ours executed there, and none else did.
struct Victim {
    std::string workqueue;
    std::string function;
    unsigned looks = 0;        // at which it waited
    uint64_t pending_p99 = 0;  // ns; 0: not recorded
};

struct Profile {
    Subject subject;
    uint64_t elapsed_ns = 0;
    unsigned looks = 0;
    uint64_t between_looks_ns = 0;        // on average
    std::vector<FunctionLoad> functions;  // the most executed first
    Latency inactive, pending, run;
    std::map<uint32_t, uint64_t> ran_on;  // items by CPU
    // Variance of the number of arrivals between two looks to their mean: 0 of a clock, 1 of chance, the size of the
    // bursts of bursts. Nothing where the kernel does not count.
    std::optional<double> dispersion;
    unsigned peak = 0;            // the most items at once, queued or executing, at a look
    unsigned least = 0;           // as few or fewer at one look in 50; without those that never ended
    unsigned hogging = 0;         // looks at which somebody waited behind its items
    std::vector<Victim> victims;  // who waited at most looks first
    double probe_ns_per_item = 0;
    uint64_t lost = 0;           // items of the machine that the recording had no room for
    double share_lost = 0;       // of all of the machine
    double unrecorded = 1;       // so many times the recorded items the kernel's own count has
    bool is_counted = false;     // by the kernel
    std::optional<Sleeps> told;  // by who knows the items: counts more than what was seen

    uint64_t items() const { return run.count; }
    double rate() const;       // items/s
    double running() const;    // items at once that execute, on average (Little)
    double in_flight() const;  // these and those that wait
    double cpus_busy() const;  // CPUs that its items keep busy, on average: sleeping is not being busy
    Sleeps sleeps() const;
    Arrival arrival() const;
    unsigned burst() const;     // items; 1 unless they come in bursts
    unsigned loop() const;      // so many are under way always, as of items that queue themselves; 0: no such load
    bool is_whole() const;      // no: too much was lost, and its own share of that is not known
    bool is_held_back() const;  // by its max_active, noticeably
};

}  // namespace wqctl
