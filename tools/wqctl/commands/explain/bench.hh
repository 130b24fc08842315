// SPDX-License-Identifier: GPL-2.0
// What experiments are made of: loads that are held, started and stopped, and
// snapshots until something is seen. Nothing here counts on time: what is
// waited for is seen in a snapshot, or at the end of much patience it is not.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "report/runs.hh"
#include "scenario/scenario.hh"
#include "source/source.hh"
#include "system/kept_value.hh"

namespace wqctl {

// This experiment can't be done here.
struct Skip {
    std::string reason;
};

class Bench {
public:
    // Sleeps for about so many ms; may throw to break an experiment off.
    using Pause = std::function<void(unsigned ms)>;

    // What every experiment looks at; nodes are looked at where the kernel has them.
    static constexpr uint32_t kNeeded = WQLAB_SECTION_SCOPES | WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES |
                                        WQLAB_SECTION_RESCUERS | WQLAB_SECTION_WORK;

    Bench(Lab& lab, Source& source, Pause pause);

    Runs& runs() { return runs_; }
    const Info& info() { return source_.info(); }
    void pause(unsigned ms) { pause_(ms); }

    Snapshot look();
    // The first snapshot for which it holds. When patience ends the last one,
    // for which it does not: whoever asked judges it.
    Snapshot await(const std::function<bool(const Snapshot&)>& condition);
    // Without a snapshot.
    void await_that(const std::function<bool()>& condition);

    // Skips the experiment when the kernel refuses.
    KeptValue change(const std::string& path, const std::string& value);
    // A nice value that no unbound pool has: its pools will be ours alone.
    int private_nice();

private:
    Runs runs_;
    Source& source_;
    Pause pause_;
    uint32_t sections_ = kNeeded | WQLAB_SECTION_NODES;
};

// Workqueues, and issuers that queue items on them once it is started. It ends
// with the object.
class Load {
public:
    // Creates the workqueues and sets their attributes. Without issuers nothing
    // can be started. items: how many there will be; 0: until it is stopped.
    Load(Bench& bench, std::vector<WorkqueueSpec> workqueues, std::vector<IssuerSpec> issuers = {}, uint64_t items = 0);
    ~Load();
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    void start();
    // Sleeping and spinning items are cut short. The workqueues are gone afterwards.
    RunReport stop();
    // Waits until all items are done.
    RunReport finish();

    // As the kernel knows it.
    std::string name(size_t workqueue = 0) const;
    // Its index in a snapshot; throws when it is not there.
    uint32_t in(const Snapshot& snapshot, size_t workqueue = 0) const;

private:
    void end();
    RunReport collect();

    Bench& bench_;
    std::vector<WorkqueueSpec> workqueues_;
    uint32_t id_ = 0;
    bool running_ = false;
};

WorkqueueSpec own(std::string name, uint32_t flags = 0);
WorkqueueSpec unbound(std::string name, int nice, std::string scope = "system", uint32_t flags = 0);

// Threads, one for each CPU and bound to it, each with so many items in flight
// that sleep until they are stopped: a gate that is shut.
IssuerSpec sleepers(std::string workqueue, uint32_t depth, CpuList cpus);
IssuerSpec spinners(std::string workqueue, uint32_t depth, CpuList cpus, uint64_t ns);

}  // namespace wqctl
