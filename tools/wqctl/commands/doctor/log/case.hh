// SPDX-License-Identifier: GPL-2.0
// A log's dumps as rules ask for them: who is on which pool, whose stack is whose, who waits for whom.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/doctor/finding.hh"
#include "klog/dump.hh"
#include "text/frames.hh"

namespace wqctl {

// An item that is executed, with where it stands.
struct AtWork {
    const klog::Workqueue* workqueue;
    const klog::Pwq* pwq;
    const klog::InFlight* worker;
    const klog::Stack* stack;  // or nothing
};

// Items of one list, with where they stand.
struct Waiting {
    const klog::Workqueue* workqueue;
    const klog::Pwq* pwq;
    const std::vector<klog::Item>* items;
    bool is_inactive;
};

class DumpCase {
public:
    DumpCase(const klog::Log& log, const klog::Dump& dump);

    const klog::Log& log() const { return log_; }
    const klog::Dump& dump() const { return dump_; }
    const std::vector<AtWork>& at_work() const { return at_work_; }
    const std::vector<Waiting>& waiting() const { return waiting_; }
    std::vector<AtWork> at_work_on(int pool) const;
    std::vector<Waiting> pending_on(int pool) const;
    // At that function, if the stack says one.
    const klog::Stack* stack_of(int pid, std::string_view function = {}) const;
    // Whether the same worker was seen with the same function in another dump, or has been said to be at it for long.
    bool stays(const AtWork& item) const;
    // The stack that shows what a CPU did in these seconds before the dump, or behind it; not printed for a worker of a
    // workqueue.
    const klog::Stack* stack_on(int cpu, uint64_t seconds) const;
    // What the soft-lockup detector said of it then.
    const klog::SoftLockup* soft_lockup_of(int cpu, uint64_t seconds) const;

private:
    bool is_of_then(const std::optional<Stamp>& time, uint64_t seconds) const;
    const klog::Stack* nearest(const std::vector<const klog::Stack*>& stacks) const;

    const klog::Log& log_;
    const klog::Dump& dump_;
    std::vector<AtWork> at_work_;
    std::vector<Waiting> waiting_;
};

// By the kernel's own "for 12s", and not by comparing.
bool is_said_to_stay(const AtWork& item);
// By its stack: a CPU printed it ("CPU: 1 PID: 123"), or it runs or wants to (sysrq-t's R does not say which).
bool has_cpu(const AtWork& item);
bool is_runnable(const AtWork& item);
// The CPU of a pool that has one.
std::optional<int> cpu_of(const klog::PoolKind& kind);
// "Pool 6 (CPU 1, nice 0)", "Pool 16 (CPUs 0-7, nice 0)", "The BH pool 1 (CPU 0)"
std::string name_of(int id, const klog::PoolKind& kind);
// "3 items (2 of func, 1 of other)"; barriers are no items.
std::string describe(const std::vector<Waiting>& waiting);
uint64_t count_items(const std::vector<klog::Item>& items);
Suspect suspect_of(const AtWork& item);
// "line 12: in-flight: …" as the log had it, or near enough.
Evidence in_flight_of(const AtWork& item);
std::string seconds_text(uint64_t seconds);

}  // namespace wqctl
