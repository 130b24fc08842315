// SPDX-License-Identifier: GPL-2.0
// Which runs make sense: the rules that no single value shows, without words.
// The module says them in an extack (load/validate.cc), wqctl in the terms of
// flags and files (tools/wqctl/scenario/wording.cc).
#pragma once

#include <cstdint>

#include "run_spec.hh"
#include "span.hh"

namespace wqlab {

// What is broken, and the values in question: a and b of Broken.
enum class Rule : uint8_t {
    kNone,
    // The run. a: how much of it, b: the limit.
    kNoWorkqueue,
    kNoIssuer,
    kWorkqueues,
    kIssuers,
    kThreads,
    kItemsInFlight,
    kMemory,
    // A workqueue. a: the flags in question, or max_active.
    kNoSuchSystem,
    kSystemFlags,
    kSystemMaxActive,
    kBhFlags,
    kBhMaxActive,
    kOrderedPercpu,
    kOrderedMaxActive,
    kOrderedSysfs,
    kUnboundPercpu,
    kFlagsUnknown,
    // An issuer.
    kNotInMode,         // Broken::setting
    kMissingInMode,     // Broken::setting
    kBurstBeyondDepth,  // a: the burst, b: the depth
    kCpuAndNode,
    kIssuerCpu,    // a: a CPU that is not online
    kQueueCpu,     // a: the same
    kQueueNode,    // a: a node that is not online
    kBytesOrNone,  // a body needs bytes, or has them and no use for them
    kBytes,        // a: how many, b: the limit
    kTimeOrNone,   // the same of its time
    kTime,         // a: ns, b: the limit
    kTimeEmpty,    // uniform from a to b, which is less
    // An issuer on a workqueue.
    kBhSleeps,
    kBhTime,     // a: ns, b: the limit
    kFlushWait,  // a: ns that a flush may wait, b: the limit
    kNodeNeedsUnbound,
};

struct Broken {
    Rule rule = Rule::kNone;
    Setting setting = {};
    uint64_t a = 0;
    uint64_t b = 0;

    explicit constexpr operator bool() const { return rule != Rule::kNone; }
};

// What a run is judged by. Where nothing is known, nothing is refused.
struct RunLimits {
    uint64_t workqueues = UINT64_MAX;
    uint64_t issuers = UINT64_MAX;
    uint64_t threads = UINT64_MAX;  // of all issuers together
    uint64_t items_in_flight = UINT64_MAX;
    uint64_t memory_bytes = UINT64_MAX;
    uint64_t touch_bytes = UINT64_MAX;
    uint64_t alloc_bytes = UINT64_MAX;
    uint64_t sleep_ns = UINT64_MAX;
    uint64_t spin_ns = UINT64_MAX;
    uint64_t bh_spin_ns = UINT64_MAX;
    uint64_t flush_wait_ns = UINT64_MAX;
    uint32_t wq_flags = UINT32_MAX;  // enum wqlab_wq_flag that the kernel has
    uint32_t features = UINT32_MAX;  // enum wqlab_feature
};

constexpr uint32_t modes(auto... mode) { return ((1u << mode) | ...); }

// The modes that look at a setting.
constexpr uint32_t modes_of(Setting setting)
{
    constexpr uint32_t all = (1u << __WQLAB_MODE_MAX) - 1;
    switch (setting) {
    case Setting::kInterval:
    case Setting::kCoalesce: return modes(WQLAB_MODE_OPEN, WQLAB_MODE_BURST);
    case Setting::kPoisson: return modes(WQLAB_MODE_OPEN);
    case Setting::kBurst: return modes(WQLAB_MODE_BURST);
    case Setting::kLinks: return modes(WQLAB_MODE_CHAIN);
    case Setting::kDelay:
    case Setting::kModPercent: return modes(WQLAB_MODE_DELAYED);
    // The kernel has no cancel_rcu_work().
    case Setting::kCancelPercent: return all & ~modes(WQLAB_MODE_RCU);
    // Timers and grace periods queue by themselves.
    case Setting::kQueueCpu:
    case Setting::kQueueNode: return all & ~modes(WQLAB_MODE_DELAYED, WQLAB_MODE_RCU);
    }
    return all;
}

// Those that can't do without.
constexpr uint32_t modes_that_need(Setting setting)
{
    return setting == Setting::kInterval || setting == Setting::kLinks ? modes_of(setting) : 0;
}

namespace detail {

// The first of several rules that is broken.
class First {
public:
    constexpr First& rule(Rule rule, bool broken, uint64_t a = 0, uint64_t b = 0, Setting setting = {})
    {
        if (broken && !broken_)
            broken_ = {rule, setting, a, b};
        return *this;
    }
    constexpr First& at_most(Rule about, uint64_t value, uint64_t limit)
    {
        return rule(about, value > limit, value, limit);
    }
    constexpr operator Broken() const { return broken_; }

private:
    Broken broken_;
};

}  // namespace detail

struct RunSize {
    uint64_t workqueues = 0;
    uint64_t issuers = 0;  // groups of threads
    uint64_t threads = 0;
    uint64_t items_in_flight = 0;
    uint64_t memory_bytes = 0;  // 0: not known
};

inline Broken judge(const RunSize& size, const RunLimits& limits)
{
    return detail::First()
        .rule(Rule::kNoWorkqueue, !size.workqueues)
        .rule(Rule::kNoIssuer, !size.issuers)
        .at_most(Rule::kWorkqueues, size.workqueues, limits.workqueues)
        .at_most(Rule::kIssuers, size.issuers, limits.issuers)
        .at_most(Rule::kThreads, size.threads, limits.threads)
        .at_most(Rule::kItemsInFlight, size.items_in_flight, limits.items_in_flight)
        .at_most(Rule::kMemory, size.memory_bytes, limits.memory_bytes);
}

// A system workqueue is taken as it is.
inline Broken judge_system(const WorkqueueShape& wq, bool known)
{
    return detail::First()
        .rule(Rule::kNoSuchSystem, !known)
        .rule(Rule::kSystemFlags, wq.flags, wq.flags)
        .rule(Rule::kSystemMaxActive, wq.max_active, wq.max_active);
}

inline Broken judge(const WorkqueueShape& wq, const RunLimits& limits)
{
    const bool bh = wq.has(WQLAB_WQ_BH), ordered = wq.has(WQLAB_WQ_ORDERED), percpu = wq.has(WQLAB_WQ_PERCPU);
    const uint32_t bh_allows = WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI |
                               (limits.features & WQLAB_FEATURE_BH_PERCPU ? WQLAB_WQ_PERCPU : 0);

    return detail::First()
        .rule(Rule::kBhMaxActive, bh && wq.max_active, wq.max_active)
        .rule(Rule::kBhFlags, bh && wq.flags & ~bh_allows, wq.flags & ~bh_allows)
        .rule(Rule::kOrderedPercpu, ordered && percpu)
        .rule(Rule::kOrderedMaxActive, ordered && wq.max_active > 1, wq.max_active)
        .rule(Rule::kOrderedSysfs,
              ordered && wq.has(WQLAB_WQ_SYSFS) && !(limits.features & WQLAB_FEATURE_ORDERED_SYSFS))
        .rule(Rule::kUnboundPercpu, percpu && wq.has(WQLAB_WQ_UNBOUND))
        .rule(Rule::kFlagsUnknown, wq.flags & ~limits.wq_flags, wq.flags & ~limits.wq_flags);
}

// given(setting): whether somebody asked for it.
template <typename Given>
Broken judge_mode(const IssuerShape& issuer, Given given)
{
    const uint32_t mode = 1u << issuer.mode;
    detail::First first;
    for (unsigned i = 0; i < kSettings; i++) {
        const Setting setting = static_cast<Setting>(i);
        first.rule(Rule::kNotInMode, given(setting) && !(modes_of(setting) & mode), 0, 0, setting)
            .rule(Rule::kMissingInMode, modes_that_need(setting) & mode && !issuer.asks_for(setting), 0, 0, setting);
    }
    return first.rule(Rule::kBurstBeyondDepth, issuer.burst > issuer.depth, issuer.burst, issuer.depth)
        .rule(Rule::kCpuAndNode, issuer.asks_for(Setting::kQueueCpu) && issuer.asks_for(Setting::kQueueNode));
}

inline uint64_t most_time(const BodySpec& body, const RunLimits& limits)
{
    return body.kind == WQLAB_BODY_SLEEP ? limits.sleep_ns : limits.spin_ns;
}

inline Broken judge(const BodySpec& body, const RunLimits& limits)
{
    const Distribution& time = body.time;
    const uint32_t falls = time.falls_at();
    return detail::First()
        .rule(Rule::kBytesOrNone, body.takes_bytes() != (body.bytes != 0))
        .at_most(Rule::kBytes, body.bytes, body.kind == WQLAB_BODY_TOUCH ? limits.touch_bytes : limits.alloc_bytes)
        .rule(Rule::kTimeOrNone, body.takes_time() != (time.asked() != 0))
        .rule(Rule::kTimeEmpty, time.kind == WQLAB_DIST_UNIFORM && time.low > time.high, time.low, time.high)
        .rule(Rule::kTimeEmpty, falls < time.nr_quantiles, time.quantiles[falls < time.nr_quantiles ? falls : 0],
              time.quantiles[falls < time.nr_quantiles ? falls + 1 : 0])
        .at_most(Rule::kTime, time.asked(), most_time(body, limits));
}

// online(cpu), node_online(node). cpus: to issue from.
template <typename CpuOnline, typename NodeOnline>
Broken judge_places(const IssuerShape& issuer, Span<const uint32_t> cpus, CpuOnline online, NodeOnline node_online)
{
    detail::First first;
    for (const uint32_t cpu : cpus)
        first.rule(Rule::kIssuerCpu, !online(cpu), cpu);
    return first.rule(Rule::kQueueCpu, issuer.asks_for(Setting::kQueueCpu) && !online(issuer.queue_on), issuer.queue_on)
        .rule(Rule::kQueueNode, issuer.asks_for(Setting::kQueueNode) && !node_online(issuer.queue_node),
              issuer.queue_node);
}

// ns that the items of one of its threads take, one after another, and those of all.
inline uint64_t thread_line_of(const IssuerShape& issuer, const RunLimits& limits)
{
    return issuer.depth * issuer.body.time.longest(most_time(issuer.body, limits));
}
inline uint64_t line_of(const IssuerShape& issuer, const RunLimits& limits)
{
    return issuer.threads * thread_line_of(issuer, limits);
}

// A workqueue as its issuers meet it. Its flags, also if it is a system one; its own max_active, 0 if none is given.
// ns, line_of() all issuers: of it, and of the run's whose items take the mutex, which is one.
struct IssuedOn {
    uint32_t flags = 0;
    uint32_t max_active = 0;
    uint64_t line = 0;
    uint64_t mutex_line = 0;
};

// cpus: from how many its threads issue in turn.
inline Broken judge_on(const IssuerShape& issuer, const IssuedOn& wq, uint32_t cpus, const RunLimits& limits)
{
    const bool bh = wq.flags & WQLAB_WQ_BH;
    const bool unbound = wq.flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED);
    // flush_work() of one item may wait for all of its thread's, and where few run at a time for everybody's.
    const bool flushes = issuer.flush_percent || issuer.coalesce;
    const uint32_t at_a_time = wq.flags & WQLAB_WQ_ORDERED ? 1 : wq.max_active;
    const bool together = unbound || issuer.asks_for(Setting::kQueueCpu);
    const uint32_t places = together ? 1 : cpus < issuer.threads ? cpus : issuer.threads;
    uint64_t flush_wait = thread_line_of(issuer, limits);
    if (at_a_time && wq.line / at_a_time / places > flush_wait)
        flush_wait = wq.line / at_a_time / places;
    if (issuer.body.kind == WQLAB_BODY_MUTEX && wq.mutex_line > flush_wait)
        flush_wait = wq.mutex_line;

    return detail::First()
        .rule(Rule::kBhSleeps, bh && issuer.body.may_sleep())
        .rule(Rule::kBhTime, bh && issuer.body.time.asked() > limits.bh_spin_ns, issuer.body.time.asked(),
              limits.bh_spin_ns)
        .rule(Rule::kFlushWait, flushes && flush_wait > limits.flush_wait_ns, flush_wait, limits.flush_wait_ns)
        .rule(Rule::kNodeNeedsUnbound, issuer.asks_for(Setting::kQueueNode) && !unbound);
}

}  // namespace wqlab
